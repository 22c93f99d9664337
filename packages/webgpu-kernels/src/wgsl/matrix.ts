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

/** `fn name(row : i32, column : i32) -> vec4<f32>`: from `column`, a multiple of four; zeros after the row's end. */
export function reader(name: string, { array, columns, components }: Matrix): string {
  const body =
    components === 4
      ? `return ${array}[(row * ${columns} + column) >> 2u];`
      : `let start = row * ${columns} + column;
    var values = vec4<f32>(${array}[start], 0.0, 0.0, 0.0);
    ${repeat(3, (i) => `if (column + ${i + 1} < ${columns}) { values[${i + 1}] = ${array}[start + ${i + 1}]; }`)}
    return values;`;
  return `
  fn ${name}(row : i32, column : i32) -> vec4<f32> {
    ${body}
  }`;
}

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
