// SPDX-License-Identifier: Apache-2.0
/** zlib streams, as far as they are needed. */
import { BrokenImage } from './formats/imageFormat.js';

/** Input handed to the decompressor at once, so that a stream that expands a thousandfold stops early. */
const PIECE = 1 << 14;

/**
 * The first `length` bytes of a zlib stream, or fewer where the stream ends before. What follows them is not looked
 * at: like Pillow, we accept a stream that is cut off or damaged after the last pixel.
 */
export async function inflate(parts: Uint8Array[], length: number): Promise<Uint8Array> {
  const { Unzlib } = await import('fflate');
  const out = new Uint8Array(length);
  let filled = 0;
  const stream = new Unzlib((chunk) => {
    out.set(chunk.subarray(0, length - filled), filled);
    filled = Math.min(length, filled + chunk.length);
  });
  try {
    for (const part of parts) {
      for (let at = 0; at < part.length && filled < length; at += PIECE) {
        stream.push(part.subarray(at, at + PIECE));
      }
    }
  } catch (error) {
    throw new BrokenImage('its compressed data is damaged', { cause: error });
  }
  return out.subarray(0, filled);
}
