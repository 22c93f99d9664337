// SPDX-License-Identifier: Apache-2.0
/** Pickles written by hand, an instruction at a time. */
import { joined } from './zipFile.js';

export type PicklePart = number | string | Uint8Array;

/** Numbers are bytes, strings are themselves. */
export function pickle(...parts: PicklePart[]): Uint8Array {
  const bytes = parts.map((part) => {
    if (typeof part === 'number') return Uint8Array.of(part);
    return typeof part === 'string' ? new TextEncoder().encode(part) : part;
  });
  return joined([Uint8Array.of(0x80, 2), ...bytes]);
}

/** BINUNICODE. */
export function text(value: string): Uint8Array {
  return joined([Uint8Array.of(0x58), uint32(value.length), new TextEncoder().encode(value)]);
}

/** BININT. */
export function integer(value: number): Uint8Array {
  return joined([Uint8Array.of(0x4a), uint32(value)]);
}

export function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, true);
  return bytes;
}

/** A tensor over the storage of `size` floats in the record `key`. */
export function tensor(
  { key = '0', size = 4, type = 'FloatStorage', offset = 0 },
  shape: number[],
  strides: number[],
): PicklePart[] {
  const tuple = (values: number[]) => ['(', ...values.map(integer), 't'];
  const storage = [
    '(',
    text('storage'),
    `ctorch\n${type}\n`,
    text(key),
    text('cpu'),
    integer(size),
    't',
    'Q',
  ];
  const rest = [integer(offset), ...tuple(shape), ...tuple(strides), 0x89, 'N'];
  return ['ctorch._utils\n_rebuild_tensor_v2\n', '(', ...storage, ...rest, 't', 'R'];
}
