// SPDX-License-Identifier: Apache-2.0
/**
 * Smaller weights, on request only: a linear layer's weight [out, in] as integers and their scales.
 *
 *     int8: a scale for each row (output channel) of 127ths, |w - dequantize(quantize(w))| ≤ max|row| / 254
 *     int4: a scale for each group of 32 or 64 along a row of 7ths, error ≤ max|group| / 14
 *
 * plus float32's rounding, about 1e-7 of the largest. Zero stays zero; NaN and infinities are refused.
 * int4 is packed: element 2j of a row in the low four bits of its byte j, 2j + 1 in the high, each as two's complement; the
 * last high half is 0 where `in` is odd.
 */
import { UnwritableTensorError } from './errors.js';

export type QuantizedType = 'int8' | 'int4';

export interface Quantization {
  type: QuantizedType;
  /** int4: how many weights share a scale. Default 32. */
  group?: 32 | 64;
}

export interface Quantized {
  /** int8: Int8Array [out, in]; int4: Uint8Array [out, ceil(in / 2)]. */
  packed: Int8Array | Uint8Array;
  scales: Float32Array;
}

const LARGEST = { int8: 127, int4: 7 };

/** @param values of [rows, columns]. @throws UnwritableTensorError for a value that is not finite */
export function quantize(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
  { type, group = 32 }: Quantization,
): Quantized {
  const perScale = type === 'int8' ? columns : group;
  const groups = Math.ceil(columns / perScale);
  const integers = new Int8Array(rows * columns);
  const scales = new Float32Array(rows * groups);
  for (let row = 0; row < rows; row++) {
    for (let g = 0; g < groups; g++) {
      const begin = row * columns + g * perScale;
      const end = Math.min(begin + perScale, (row + 1) * columns);
      scales[row * groups + g] = quantizeRun(values, integers, begin, end, LARGEST[type]);
    }
  }
  return { packed: type === 'int8' ? integers : packNibbles(integers, rows, columns), scales };
}

/** The weights of [rows, columns] that the integers stand for. */
export function dequantize(
  { packed, scales }: Quantized,
  [rows, columns]: readonly [number, number],
  { type, group = 32 }: { type: QuantizedType; group?: number },
): Float32Array {
  const perScale = type === 'int8' ? columns : group;
  const groups = Math.ceil(columns / perScale);
  const rowBytes = Math.ceil(columns / 2);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const integer =
        type === 'int8'
          ? (packed[row * columns + column] << 24) >> 24
          : nibble(packed[row * rowBytes + (column >> 1)], column & 1);
      values[row * columns + column] = integer * scales[row * groups + Math.floor(column / perScale)];
    }
  }
  return values;
}

/** → the scale of the run. */
function quantizeRun(
  values: Float32Array,
  integers: Int8Array,
  begin: number,
  end: number,
  largest: number,
): number {
  const { abs, max, min, round } = Math; // looked up once: in jest's sandbox a global costs more than the arithmetic
  let peak = 0;
  for (let i = begin; i < end; i++) peak = max(peak, abs(values[i]));
  if (!Number.isFinite(peak)) {
    throw new UnwritableTensorError(
      'A weight is NaN or infinite, which integers cannot hold: write it as F32.',
    );
  }
  const scale = Math.fround(peak / largest);
  if (scale === 0) return 0;
  for (let i = begin; i < end; i++) {
    integers[i] = max(-largest, min(largest, round(values[i] / scale)));
  }
  return scale;
}

function packNibbles(integers: Int8Array, rows: number, columns: number): Uint8Array {
  const rowBytes = Math.ceil(columns / 2);
  const packed = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      packed[row * rowBytes + (column >> 1)] |= (integers[row * columns + column] & 15) << (4 * (column & 1));
    }
  }
  return packed;
}

function nibble(byte: number, high: number): number {
  return (high ? byte << 24 : byte << 28) >> 28;
}
