// SPDX-License-Identifier: Apache-2.0
/** Reading and writing matrices of any width four neighbours at a time: WGSL functions. */
import type { Components } from '../program.js';

export interface Matrix {
  /** The binding, row after row. */
  array: string;
  /** Sizes, as WGSL. */
  rows: string;
  columns: string;
  /** 4 only where `columns` is a multiple of four. */
  components: Components;
}

/** `fn name(row : i32, column : i32) -> vec4<f32>`: from `column`, a multiple of four; zeros beyond the edges. */
export function reader(name: string, { array, rows, columns, components }: Matrix): string {
  const body =
    components === 4
      ? `if (column < ${columns}) { values = ${array}[(row * ${columns} + column) / 4]; }`
      : `for (var i = 0; i < min(4, ${columns} - column); i = i + 1) {
        values[i] = ${array}[row * ${columns} + column + i];
      }`;
  return `
  fn ${name}(row : i32, column : i32) -> vec4<f32> {
    var values = vec4<f32>(0.0);
    if (row < ${rows}) {
      ${body}
    }
    return values;
  }`;
}

/** `fn name(row : i32, column : i32, values : vec4<f32>)`: to `result` from `column`, a multiple of four; not beyond the edges. */
export function writer(name: string, { rows, columns, components }: Omit<Matrix, 'array'>): string {
  const body =
    components === 4
      ? `if (column < ${columns}) { result[(row * ${columns} + column) / 4] = values; }`
      : `for (var i = 0; i < min(4, ${columns} - column); i = i + 1) {
        result[row * ${columns} + column + i] = values[i];
      }`;
  return `
  fn ${name}(row : i32, column : i32, values : vec4<f32>) {
    if (row < ${rows}) {
      ${body}
    }
  }`;
}
