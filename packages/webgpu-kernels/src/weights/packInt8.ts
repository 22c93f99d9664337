// SPDX-License-Identifier: Apache-2.0

/**
 * A matrix as bytes, four in an int32, its rows filled up with zeros to a multiple of four; then the largest magnitude of
 * each column as the bits of a float32. A byte b of a column with largest magnitude m stands for b / 127 · m: off by at
 * most m / 254.
 */
export function packInt8(values: Float32Array, rows: number, columns: number): Int32Array {
  const padded = 4 * Math.ceil(columns / 4);
  const packed = new Int32Array((rows * padded) / 4 + padded);
  const bytes = new Int8Array(packed.buffer, 0, rows * padded);
  const largest = new Float32Array(packed.buffer, rows * padded, padded);
  for (let i = 0; i < values.length; i++) {
    const column = i % columns;
    largest[column] = Math.max(largest[column], Math.abs(values[i]));
  }
  for (let i = 0; i < values.length; i++) {
    const column = i % columns;
    if (largest[column] === 0) continue;
    bytes[Math.floor(i / columns) * padded + column] = Math.round((values[i] / largest[column]) * 127);
  }
  return packed;
}
