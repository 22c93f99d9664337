// SPDX-License-Identifier: Apache-2.0
/**
 * NumPy's .npy, format version 1.0: magic, version, header length, a Python dict literal padded so that the data starts at
 * a multiple of 64, then the values in C order. numpy.lib.format describes it.
 */

const MAGIC = '\u0093NUMPY\u0001\u0000';
const PREAMBLE = MAGIC.length + 2;

/** Equally long rows as a float32 matrix [rows, columns]. */
export function npyBytes(rows: readonly Float32Array[]): Uint8Array {
  const columns = rows[0]?.length ?? 0;
  const dict = `{'descr': '<f4', 'fortran_order': False, 'shape': (${rows.length}, ${columns}), }`;
  const header = `${dict.padEnd(Math.ceil((PREAMBLE + dict.length + 1) / 64) * 64 - PREAMBLE - 1)}\n`;
  const start = PREAMBLE + header.length;
  const bytes = Buffer.alloc(start + rows.length * columns * 4);
  bytes.write(MAGIC, 'latin1');
  bytes.writeUInt16LE(header.length, MAGIC.length);
  bytes.write(header, PREAMBLE, 'latin1');
  rows.forEach((row, i) => {
    row.forEach((value, j) => {
      bytes.writeFloatLE(value, start + (i * columns + j) * 4);
    });
  });
  return bytes;
}
