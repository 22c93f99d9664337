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
  shape: readonly [number, number],
  quantization: Quantization,
): Quantized {
  const scales = scalesOf(values, shape, quantization);
  return { packed: pack(values, scales, shape, quantization), scales };
}

/** The scales alone, which take one pass over the values. */
export function scalesOf(
  values: Float32Array,
  [rows, columns]: readonly [number, number],
  { type, group = 32 }: Quantization,
): Float32Array {
  const { perScale, groups } = runsOf(columns, type, group);
  const scales = new Float32Array(rows * groups);
  for (let i = 0; i < scales.length; i++) {
    const begin = Math.floor(i / groups) * columns + (i % groups) * perScale;
    const end = Math.min(begin + perScale, (Math.floor(i / groups) + 1) * columns);
    scales[i] = Math.fround(peakOf(values, begin, end) / LARGEST[type]);
  }
  return scales;
}

/** The integers that stand for the values by these scales. */
export function pack(
  values: Float32Array,
  scales: Float32Array,
  [rows, columns]: readonly [number, number],
  { type, group = 32 }: Quantization,
): Int8Array | Uint8Array {
  const { perScale, groups } = runsOf(columns, type, group);
  const rowBytes = bytesOfRow(columns, type);
  const packed = type === 'int8' ? new Int8Array(rows * rowBytes) : new Uint8Array(rows * rowBytes);
  const integers = new Int8Array(columns);
  for (let row = 0; row < rows; row++) {
    const rowValues = values.subarray(row * columns, (row + 1) * columns);
    for (let g = 0; g < groups; g++) {
      const begin = g * perScale;
      const end = Math.min(begin + perScale, columns);
      quantizeRun(rowValues, scales[row * groups + g], integers, begin, end, LARGEST[type]);
    }
    if (type === 'int8') packed.set(integers, row * rowBytes);
    else packNibbles(integers, packed, row * rowBytes);
  }
  return packed;
}

/** The weights of [rows, columns] that the integers stand for. */
export function dequantize(
  { packed, scales }: Quantized,
  [rows, columns]: readonly [number, number],
  { type, group = 32 }: { type: QuantizedType; group?: number },
): Float32Array {
  const { perScale, groups } = runsOf(columns, type, group);
  const rowBytes = bytesOfRow(columns, type);
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let g = 0; g < groups; g++) {
      const scale = scales[row * groups + g];
      const end = Math.min((g + 1) * perScale, columns);
      for (let column = g * perScale; column < end; column++) {
        const integer =
          type === 'int8'
            ? (packed[row * rowBytes + column] << 24) >> 24
            : nibble(packed[row * rowBytes + (column >> 1)], column & 1);
        values[row * columns + column] = integer * scale;
      }
    }
  }
  return values;
}

/** How many weights of a row share a scale, and how many scales a row has. */
export function runsOf(columns: number, type: QuantizedType, group: number) {
  const perScale = type === 'int8' ? columns : group;
  return { perScale, groups: type === 'int8' ? 1 : Math.ceil(columns / perScale) };
}

export function bytesOfRow(columns: number, type: QuantizedType): number {
  return type === 'int8' ? columns : Math.ceil(columns / 2);
}

function peakOf(values: Float32Array, begin: number, end: number): number {
  const { abs, max } = Math; // looked up once: in jest's sandbox a global costs more than the arithmetic
  let peak = 0;
  for (let i = begin; i < end; i++) peak = max(peak, abs(values[i]));
  if (Number.isFinite(peak)) return peak;
  throw new UnwritableTensorError(
    'A weight is NaN or infinite, which integers cannot hold: write it as F32.',
  );
}

function quantizeRun(
  values: Float32Array,
  scale: number,
  integers: Int8Array,
  begin: number,
  end: number,
  largest: number,
): void {
  const { max, min, round } = Math;
  for (let i = begin; i < end; i++) {
    integers[i] = scale === 0 ? 0 : max(-largest, min(largest, round(values[i] / scale)));
  }
}

function packNibbles(integers: Int8Array, packed: Int8Array | Uint8Array, offset: number): void {
  for (let column = 0; column < integers.length; column++) {
    packed[offset + (column >> 1)] |= (integers[column] & 15) << (4 * (column & 1));
  }
}

function nibble(byte: number, high: number): number {
  return (high ? byte << 24 : byte << 28) >> 28;
}
