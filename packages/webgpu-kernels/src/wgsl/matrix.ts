// SPDX-License-Identifier: Apache-2.0
/** Reading and writing matrices of any width four neighbours at a time: WGSL functions, of places within the matrix. */
import type { Components } from '../program.js';
import { repeat } from './repeat.js';

export interface Matrix {
  /** The binding, row after row. */
  array: string;
  /** The width, as WGSL. */
  columns: string;
  /** 4 only where `columns` is a multiple of four. */
  components: Components;
}

/**
 * `fn name(row : i32, column : i32) -> vec4<f32>`: from `column`, a multiple of four; zeros after the row's end. These are
 * selected, not branched to, which processors are slow at; WebGPU lets a shader read beyond a buffer's end.
 */
export function reader(name: string, { array, columns, components }: Matrix): string {
  const body =
    components === 4
      ? `return ${array}[(row * ${columns} + column) >> 2u];`
      : `let start = row * ${columns} + column;
    let values = vec4<f32>(${array}[start], ${array}[start + 1], ${array}[start + 2], ${array}[start + 3]);
    return select(vec4<f32>(0.0), values, column + vec4<i32>(0, 1, 2, 3) < vec4<i32>(${columns}));`;
  return `
  fn ${name}(row : i32, column : i32) -> vec4<f32> {
    ${body}
  }`;
}

/** For products whose left side is a matrix. */
export const ROWS_BY_NUMBER = 'fn leftRow(row : i32) -> i32 { return row; }';

/** `fn name(row : i32, column : i32, values : vec4<f32>)`: to `result` from `column`, a multiple of four, to the row's end. */
export function writer(name: string, { columns, components }: Omit<Matrix, 'array'>): string {
  const body =
    components === 4
      ? `result[(row * ${columns} + column) >> 2u] = values;`
      : `let start = row * ${columns} + column;
    result[start] = values[0];
    ${repeat(3, (i) => `if (column + ${i + 1} < ${columns}) { result[start + ${i + 1}] = values[${i + 1}]; }`)}`;
  return `
  fn ${name}(row : i32, column : i32, values : vec4<f32>) {
    ${body}
  }`;
}
