// SPDX-License-Identifier: Apache-2.0

/** Bits of float32: the smallest normal half, and 65536, above all halves. */
const SMALLEST_NORMAL = 0x38800000;
const BEYOND = 0x47800000;
const INFINITE = 0x7f800000;

/**
 * A matrix as halves, two in an int32, its rows filled up with zeros to a multiple of four. Rounded to the nearest, ties
 * to even: off by at most 2⁻¹¹ of a value, or 2⁻²⁵ where that is larger.
 */
export function packHalf(values: Float32Array, rows: number, columns: number): Int32Array {
  const padded = 4 * Math.ceil(columns / 4);
  const halves = new Uint16Array(rows * padded);
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      halves[row * padded + column] = toHalf(bits[row * columns + column]);
    }
  }
  return new Int32Array(halves.buffer);
}

function toHalf(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > INFINITE) return sign | 0x7e00;
  if (magnitude >= BEYOND) return sign | 0x7c00;
  if (magnitude < SMALLEST_NORMAL) return sign | subnormal(magnitude);
  const rounded = magnitude + 0x0fff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** Multiples of 2⁻²⁴. */
function subnormal(magnitude: number): number {
  const exponent = magnitude >>> 23;
  if (exponent < 102) return 0; // below half of the smallest
  const significand = (magnitude & 0x7fffff) | 0x800000;
  const shift = 126 - exponent;
  const floor = significand >>> shift;
  const rest = significand & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  return floor + (rest > half || (rest === half && floor & 1) ? 1 : 0);
}
