// SPDX-License-Identifier: Apache-2.0
/** Transposes matrices, 4 rows and 4 columns at a time in registers. */

/** Columns that are turned at a time: what is read of a row is a line of the cache. */
const STRIP = 16;

/** `out` [columns, rows] becomes matrixᵀ, `matrix` [rows, columns]. */
export function transpose(rows: i32, columns: i32, matrix: usize, out: usize): void {
  for (let first = 0; first < columns; first += STRIP) {
    const count = min(STRIP, columns - first);
    const place = out + ((<usize>first * rows) << 2);
    transposeBlock(rows, count, matrix + ((<usize>first) << 2), columns, place, rows, 1);
  }
}

/**
 * @param matrix [rows, columns], its rows `stride` floats apart
 * @param out becomes matrixᵀ · scale, [columns, rows], its rows `outStride` floats apart
 */
export function transposeBlock(
  rows: i32,
  columns: i32,
  matrix: usize,
  stride: i32,
  out: usize,
  outStride: i32,
  scale: f32,
): void {
  const step = (<usize>stride) << 2;
  const outStep = (<usize>outStride) << 2;
  for (let row = 0; row < rows; row += 4) {
    const wholeColumns = rows - row < 4 ? 0 : columns & -4;
    let from = matrix + step * row;
    let to = out + ((<usize>row) << 2);
    for (let column = 0; column < wholeColumns; column += 4) {
      transposeTile(from, step, to, outStep, scale);
      from += 16;
      to += outStep << 2;
    }
    transposeOneByOne(min(4, rows - row), columns - wholeColumns, from, step, to, outStep, scale);
  }
}

function transposeTile(matrix: usize, step: usize, out: usize, outStep: usize, scale: f32): void {
  const factor = f32x4.splat(scale);
  const a = f32x4.mul(v128.load(matrix), factor);
  const b = f32x4.mul(v128.load(matrix + step), factor);
  const c = f32x4.mul(v128.load(matrix + 2 * step), factor);
  const d = f32x4.mul(v128.load(matrix + 3 * step), factor);
  const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
  const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
  const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(out, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5));
  v128.store(out + outStep, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7));
  v128.store(out + 2 * outStep, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5));
  v128.store(out + 3 * outStep, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7));
}

function transposeOneByOne(
  rows: i32,
  columns: i32,
  matrix: usize,
  step: usize,
  out: usize,
  outStep: usize,
  scale: f32,
): void {
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const value = load<f32>(matrix + step * row + ((<usize>column) << 2)) * scale;
      store<f32>(out + outStep * column + ((<usize>row) << 2), value);
    }
  }
}
