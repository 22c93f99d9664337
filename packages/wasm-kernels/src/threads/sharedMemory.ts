// SPDX-License-Identifier: Apache-2.0
/**
 * tfjs's own WebAssembly module, with its memory declared as shared: other threads can then work in it. Not a byte of its
 * code changes, and its calls stay on one thread.
 */

const MEMORY_SECTION = 5;
/** Of a memory in the binary format's limits: it has a maximum, and it is shared. */
const HAS_MAXIMUM = 1;
const SHARED = 3;

/**
 * @param module its memory is its own, and has a maximum
 * @throws Error where the bytes are no such module
 */
export function withSharedMemory(module: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const place = limitsOfMemory(module);
  if (place === undefined || module[place] !== HAS_MAXIMUM) {
    throw new Error('The module has no memory of its own with a maximum, so it cannot be shared.');
  }
  const shared = module.slice();
  shared[place] = SHARED;
  return shared;
}

/** Where the kind of the first memory stands. */
function limitsOfMemory(module: Uint8Array): number | undefined {
  const HEADER = 8;
  let place = HEADER;
  while (place < module.length) {
    const section = module[place];
    const [size, contents] = readUnsigned(module, place + 1);
    if (section === MEMORY_SECTION) return readUnsigned(module, contents)[1]; // after the number of memories
    place = contents + size;
  }
  return undefined;
}

/** LEB128. @returns the number, and where it ends */
function readUnsigned(bytes: Uint8Array, place: number): [value: number, end: number] {
  let value = 0;
  for (let shift = 0; place < bytes.length; shift += 7) {
    const byte = bytes[place++];
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [value, place];
}

/** By its name, as a buffer may come from another realm. */
export function isShared(buffer: ArrayBufferLike): boolean {
  return buffer[Symbol.toStringTag] === 'SharedArrayBuffer';
}
