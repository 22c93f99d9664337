// SPDX-License-Identifier: Apache-2.0
import { type Tile, tileColumns, tileRows } from '../tile.js';
import { repeat } from './repeat.js';
import { WORKGROUP_INDEX } from './workgroup.js';

/** Of the product left · right, as WGSL; the same in all threads. */
interface Sizes {
  rows: string;
  columns: string;
  depth: string;
}

/**
 * `fn main()` of a matrix product left · right, each workgroup a tile of it, summed in float32 in registers. The program's
 * WGSL supplies what is multiplied and what becomes of the sums, all of it within the edges:
 *
 *     fn leftRow(row : i32) -> i32                          // what `readLeft` is to be told of a row; asked once
 *     fn readLeft(row : i32, column : i32) -> vec4<f32>     // four columns of a row; zeros after its end
 *     fn readRight(row : i32, column : i32) -> vec4<f32>
 *     fn finish(row : i32, column : i32, sums : vec4<f32>)
 *
 * Threads beyond an edge compute the last row or columns again, and finish nothing.
 *
 * @param rights the functions that read right sides, of equal sizes, whose products stand one beside the other: each
 * workgroup has one of them, and `part` says which
 */
export function tiledProduct(tile: Tile, sizes: Sizes, rights = ['readRight']): string {
  const { across, rowsPerThread, vectorsPerThread } = tile;
  const ofSums = (wgsl: (i: number, v: number) => string) =>
    repeat(rowsPerThread, (i) => repeat(vectorsPerThread, (v) => wgsl(i, v)));
  const finish = (i: number, v: number) => {
    const [row, column] = [`tileRow + y + ${i}`, `tileColumn + 4 * (x + ${v * across})`];
    const isWithin = `${row} < ${sizes.rows} && ${column} < ${sizes.columns}`;
    return `if (${isWithin}) { finish(${row}, ${column}, sum${i}_${v}); }`;
  };
  return `
    var<private> part : i32;
    ${tile.depth > 0 ? sharedTiles(tile, sizes, rights) : ''}

    fn main() {
      let tilesAcross = (${sizes.columns} + ${tileColumns(tile) - 1}) / ${tileColumns(tile)};
      let index = ${WORKGROUP_INDEX};
      part = index / tilesAcross % ${rights.length};
      let tileRow = index / tilesAcross / ${rights.length} * ${tileRows(tile)};
      let tileColumn = index % tilesAcross * ${tileColumns(tile)};
      let x = i32(localId.x);
      let y = i32(localId.y) * ${rowsPerThread};
      ${ofSums((i, v) => `var sum${i}_${v} = vec4<f32>(0.0);`)}
      ${tile.depth > 0 ? sumOfSharedTiles(tile, sizes) : sumInPlace(tile, sizes, rights)}
      ${ofSums(finish)}
    }`;
}

/** Both sides are brought to workgroup memory `depth` columns (rows) at a time, zeros beyond the end of the inner dimension. */
function sharedTiles(tile: Tile, { rows, columns, depth }: Sizes, rights: string[]): string {
  return `
    var<workgroup> leftTile : array<array<vec4<f32>, ${tile.depth / 4}>, ${tileRows(tile)}>;
    var<workgroup> rightTile : array<array<vec4<f32>, ${tileColumns(tile) / 4}>, ${tile.depth}>;

    fn leftOrZero(row : i32, column : i32) -> vec4<f32> {
      if (column >= ${depth}) { return vec4<f32>(0.0); }
      return readLeft(leftRow(min(row, ${rows} - 1)), column);
    }
    fn rightOrZero(row : i32, column : i32) -> vec4<f32> {
      if (row >= ${depth}) { return vec4<f32>(0.0); }
      let within = ${lastVector('column', columns)};
      ${repeat(rights.length - 1, (p) => `if (part == ${p}) { return ${rights[p]}(row, within); }`)}
      return ${rights[rights.length - 1]}(row, within);
    }`;
}

function sumOfSharedTiles(tile: Tile, sizes: Sizes): string {
  const { across, down, depth } = tile;
  const [rows, vectors, threads] = [tileRows(tile), tileColumns(tile) / 4, across * down];
  return `for (var start = 0; start < ${sizes.depth}; start = start + ${depth}) {
        for (var i = i32(localIndex); i < ${(rows * depth) / 4}; i = i + ${threads}) {
          let row = i / ${depth / 4};
          let column = i % ${depth / 4};
          leftTile[row][column] = leftOrZero(tileRow + row, start + 4 * column);
        }
        for (var i = i32(localIndex); i < ${depth * vectors}; i = i + ${threads}) {
          let row = i / ${vectors};
          let column = i % ${vectors};
          rightTile[row][column] = rightOrZero(start + row, tileColumn + 4 * column);
        }
        workgroupBarrier();
        for (var k = 0; k < ${depth / 4}; k = k + 1) {
          ${multiply(tile, {
            left: (i) => `leftTile[y + ${i}][k]`,
            right: (j, v) => `rightTile[4 * k + ${j}][x + ${v * across}]`,
          })}
        }
        workgroupBarrier(); // Before the tiles are overwritten.
      }`;
}

/** A loop for each part, of which a workgroup runs one: processors compute both sides of an `if`. */
function sumInPlace(tile: Tile, { rows, columns, depth }: Sizes, rights: string[]): string {
  const { across, rowsPerThread, vectorsPerThread } = tile;
  return `
      ${repeat(rowsPerThread, (i) => `let row${i} = leftRow(min(tileRow + y + ${i}, ${rows} - 1));`)}
      ${repeat(
        vectorsPerThread,
        (v) => `let column${v} = ${lastVector(`tileColumn + 4 * (x + ${v * across})`, columns)};`,
      )}
      ${repeat(
        rights.length,
        (p) => `for (var k = select(${depth}, 0, part == ${p}); k < ${depth}; k = k + 4) {
        ${repeat(4, (j) => `let k${j} = min(k + ${j}, ${depth} - 1); // Beyond the end the left side is zero.`)}
        ${multiply(tile, {
          left: (i) => `readLeft(row${i}, k)`,
          right: (j, v) => `${rights[p]}(k${j}, column${v})`,
        })}
      }`,
      )}`;
}

/** Adds to all sums of a thread the products of four columns of the left side and four rows of the right. */
function multiply(
  { rowsPerThread, vectorsPerThread }: Tile,
  read: { left: (i: number) => string; right: (j: number, v: number) => string },
): string {
  const add = (i: number, v: number) =>
    repeat(4, (j) => `sum${i}_${v} = fma(vec4<f32>(left${i}[${j}]), right${j}_${v}, sum${i}_${v});`);
  return `
        ${repeat(rowsPerThread, (i) => `let left${i} = ${read.left(i)};`)}
        ${repeat(
          vectorsPerThread,
          (v) => `
        ${repeat(4, (j) => `let right${j}_${v} = ${read.right(j, v)};`)}
        ${repeat(rowsPerThread, (i) => add(i, v))}`,
        )}`;
}

/** `column`, or the last one where a vec4 may begin. */
function lastVector(column: string, columns: string): string {
  return `min(${column}, (${columns} - 1) / 4 * 4)`;
}
