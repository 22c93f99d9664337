// SPDX-License-Identifier: Apache-2.0
/** BMP's run-length encodings of 8 and 4 bits, expanded as Pillow's BmpRleDecoder does. */
import type { ByteReader } from '../byteReader.js';
import { BrokenImage, TRUNCATED } from './imageFormat.js';

const [END_OF_LINE, END_OF_BITMAP, DELTA] = [0, 1, 2];

/** One palette index a byte, in the rows' order in the file. @throws BrokenImage if they end before the picture does. */
export function expandRuns(
  reader: ByteReader,
  start: number,
  width: number,
  height: number,
  nibbles: boolean,
): Uint8Array {
  const out = new Uint8Array(width * height);
  let at = start;
  let filled = 0;
  let x = 0;
  const write = (index: number) => {
    if (filled < out.length) out[filled] = index;
    filled++;
  };
  while (filled < out.length && at + 1 < reader.length) {
    const count = reader.u8(at++);
    const value = reader.u8(at++);
    if (count > 0) {
      const run = Math.max(0, Math.min(count, width - x));
      for (let i = 0; i < run; i++) write(nibbles ? (i % 2 ? value & 15 : value >> 4) : value);
      x += run;
    } else if (value === END_OF_LINE) {
      filled = Math.ceil(filled / width) * width;
      x = 0;
    } else if (value === END_OF_BITMAP) {
      break;
    } else if (value === DELTA) {
      filled += reader.u8(at) + reader.u8(at + 1) * width;
      at += 2;
      x = filled % width;
    } else {
      const bytes = reader.slice(at, nibbles ? value >> 1 : value);
      for (const byte of bytes) {
        if (nibbles) write(byte >> 4);
        write(nibbles ? byte & 15 : byte);
      }
      x += value;
      at += bytes.length + ((at + bytes.length) & 1);
    }
  }
  if (filled < out.length) throw new BrokenImage(TRUNCATED);
  return out;
}
