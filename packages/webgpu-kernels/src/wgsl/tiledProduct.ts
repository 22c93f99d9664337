// SPDX-License-Identifier: Apache-2.0
import { type Tile, tileColumns, tileRows } from '../tile.js';
import { WORKGROUP_INDEX } from './workgroup.js';

/**
 * `fn main()` of a matrix product left · right, each workgroup a tile of it, summed in float32. Tiles of both sides are
 * brought to workgroup memory `depth` columns (rows) at a time; a thread keeps its part of the sums in registers.
 *
 * The program's WGSL supplies what is multiplied and what becomes of the sums:
 *
 *     fn readLeft(row : i32, column : i32) -> vec4<f32>     // four columns of a row; zeros beyond the edges
 *     fn readRight(row : i32, column : i32) -> vec4<f32>
 *     fn finish(row : i32, column : i32, sums : vec4<f32>)  // called beyond the edges too
 *
 * @param sizes `columns` of the product and `depth` of the sums, as WGSL; the same in all threads
 */
export function tiledProduct(tile: Tile, sizes: { columns: string; depth: string }): string {
  const { across, down, rowsPerThread, depth } = tile;
  const [rows, columns, threads] = [tileRows(tile), tileColumns(tile), across * down];
  return `
    var<workgroup> leftTile : array<array<vec4<f32>, ${depth / 4}>, ${rows}>;
    var<workgroup> rightTile : array<array<vec4<f32>, ${across}>, ${depth}>;

    fn main() {
      let tilesAcross = (${sizes.columns} + ${columns - 1}) / ${columns};
      let index = ${WORKGROUP_INDEX};
      let firstRow = index / tilesAcross * ${rows};
      let firstColumn = index % tilesAcross * ${columns};
      let x = i32(localId.x);
      let y = i32(localId.y) * ${rowsPerThread};
      var sums : array<vec4<f32>, ${rowsPerThread}>;

      for (var start = 0; start < ${sizes.depth}; start = start + ${depth}) {
        for (var i = i32(localIndex); i < ${(rows * depth) / 4}; i = i + ${threads}) {
          let row = i / ${depth / 4};
          let column = i % ${depth / 4};
          leftTile[row][column] = readLeft(firstRow + row, start + 4 * column);
        }
        for (var i = i32(localIndex); i < ${depth * across}; i = i + ${threads}) {
          let row = i / ${across};
          let column = i % ${across};
          rightTile[row][column] = readRight(start + row, firstColumn + 4 * column);
        }
        workgroupBarrier();
        for (var k = 0; k < ${depth / 4}; k = k + 1) {
          let right0 = rightTile[4 * k][x];
          let right1 = rightTile[4 * k + 1][x];
          let right2 = rightTile[4 * k + 2][x];
          let right3 = rightTile[4 * k + 3][x];
          for (var i = 0; i < ${rowsPerThread}; i = i + 1) {
            let left = leftTile[y + i][k];
            sums[i] = fma(vec4<f32>(left.x), right0, sums[i]);
            sums[i] = fma(vec4<f32>(left.y), right1, sums[i]);
            sums[i] = fma(vec4<f32>(left.z), right2, sums[i]);
            sums[i] = fma(vec4<f32>(left.w), right3, sums[i]);
          }
        }
        workgroupBarrier(); // Before the tiles are overwritten.
      }
      for (var i = 0; i < ${rowsPerThread}; i = i + 1) {
        finish(firstRow + y + i, firstColumn + 4 * x, sums[i]);
      }
    }`;
}
