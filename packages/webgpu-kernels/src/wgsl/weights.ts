// SPDX-License-Identifier: Apache-2.0
/** Reading a weight matrix however it is stored. */
import type { Components } from '../program.js';
import type { WeightFormat } from '../weights/packedWeights.js';
import { type Matrix, reader } from './matrix.js';

/** Of the binding: a vec4 of columns is two words of halves, or one of bytes. */
export function weightComponents(format: WeightFormat, unpacked: Components): Components {
  if (format === 'float32') return unpacked;
  return format === 'float16' ? 2 : 1;
}

/**
 * `fn name(row : i32, column : i32) -> vec4<f32>` as in matrix.ts (numbers after a row's end are zeros too), and
 * `fn nameScale(column : i32) -> vec4<f32>`: what the sums of a column are to be multiplied by.
 *
 * @param scaleStart the word where the scales begin, as WGSL; only for bytes
 */
export function weightReader(name: string, format: WeightFormat, matrix: Matrix, scaleStart: string): string {
  const { array, columns } = matrix;
  const scale = (body: string) => `fn ${name}Scale(column : i32) -> vec4<f32> { ${body} }`;
  if (format === 'float32') return `${reader(name, matrix)}\n${scale('return vec4<f32>(1.0);')}`;
  const unpacked =
    format === 'float16'
      ? 'vec4<f32>(unpack2x16float(u32(word.x)), unpack2x16float(u32(word.y)))'
      : 'unpack4x8snorm(u32(word))';
  return `
  fn ${name}(row : i32, column : i32) -> vec4<f32> {
    let padded = (${columns} + 3) >> 2u; // vec4s in a row
    let word = ${array}[row * padded + (column >> 2u)];
    return ${unpacked};
  }
  ${scale(
    format === 'float16'
      ? 'return vec4<f32>(1.0);'
      : `let first = ${scaleStart} + column;
    let bits = vec4<i32>(${array}[first], ${array}[first + 1], ${array}[first + 2], ${array}[first + 3]);
    return bitcast<vec4<f32>>(bits);`,
  )}`;
}
