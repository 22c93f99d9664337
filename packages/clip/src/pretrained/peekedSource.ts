// SPDX-License-Identifier: Apache-2.0
import type { ByteSource } from '@tfjs-clip/safetensors';

/** A file of which no more comes over a network than is read, where the server can do that. */
export interface PeekedSource extends ByteSource {
  /** Bytes that have come over the network so far; 0 of a file that is at hand. */
  readonly fetched: number;
  /** The server sends whole files only, so that all of it came. */
  readonly whole: boolean;
}

export function peekedSource(source: ByteSource, fetched: () => number, whole = false): PeekedSource {
  return {
    name: source.name,
    size: source.size,
    whole,
    get fetched() {
      return fetched();
    },
    read: (offset, length) => source.read(offset, length),
    close: () => source.close(),
  };
}
