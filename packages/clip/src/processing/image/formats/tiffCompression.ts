// SPDX-License-Identifier: Apache-2.0
/** The compressions of TIFF that work strip by strip: none, LZW, deflate, PackBits; and the predictor before them. */
import { inflate } from '../inflate.js';
import { BrokenImage, UnsupportedImage } from './imageFormat.js';
import type { TiffLayout } from './tiffLayout.js';

export const COMPRESSION = {
  none: 1,
  lzw: 5,
  jpeg: 7,
  deflate: 8,
  deflateOld: 32946,
  packBits: 32773,
} as const;
const { none, lzw, deflate, deflateOld, packBits } = COMPRESSION;
const SUPPORTED: number[] = [none, lzw, deflate, deflateOld, packBits];

const CLEAR = 256;
const END = 257;

/** Up to `length` bytes; fewer if the data ends before. @throws BrokenImage | UnsupportedImage. */
export async function decompress(data: Uint8Array, compression: number, length: number): Promise<Uint8Array> {
  if (compression === none) return data.slice(0, length);
  if (compression === lzw) return expandLzw(data, length);
  if (compression === packBits) return expandPackBits(data, length);
  if (SUPPORTED.includes(compression)) return inflate([data], length);
  throw new UnsupportedImage(`its compression is ${compression}, supported are ${SUPPORTED}, JPEG and fax`);
}

/** Adds up the differences between neighbours in each row, in place. */
export function undoPrediction(
  data: Uint8Array,
  rowBytes: number,
  layout: TiffLayout,
  littleEndian: boolean,
): void {
  const { bits, isPlanar } = layout;
  const samples = isPlanar ? 1 : layout.samples;
  const step = samples * (bits >> 3);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let row = 0; row + rowBytes <= data.length; row += rowBytes) {
    for (let i = row + step; i < row + rowBytes; i += bits >> 3) {
      if (bits === 8) data[i] += data[i - step];
      else if (bits === 16) {
        view.setUint16(
          i,
          view.getUint16(i, littleEndian) + view.getUint16(i - step, littleEndian),
          littleEndian,
        );
      } else
        view.setUint32(
          i,
          view.getUint32(i, littleEndian) + view.getUint32(i - step, littleEndian),
          littleEndian,
        );
    }
  }
}

/** Entries are places in the output, as in `gif.ts`; codes come highest bit first and grow one code early. */
function expandLzw(data: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  const starts = new Uint32Array(4097);
  const lengths = new Uint32Array(4097);
  let [next, bits, filled, at, buffer, buffered] = [END + 1, 9, 0, 0, 0, 0];
  let previous: { start: number; length: number } | null = null;
  while (filled < length) {
    while (buffered < bits && at < data.length) {
      buffer = ((buffer << 8) | data[at++]) & 0xffffff;
      buffered += 8;
    }
    if (buffered < bits) break;
    buffered -= bits;
    const code = (buffer >> buffered) & ((1 << bits) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      [next, bits, previous] = [END + 1, 9, null];
      continue;
    }
    if (previous && next < starts.length) {
      starts[next] = previous.start;
      lengths[next] = previous.length + 1;
      next++;
    }
    if (code >= (previous ? next : CLEAR)) throw new BrokenImage('its compressed data is damaged');
    if (next >= (1 << bits) - 1 && bits < 12) bits++;
    const size = code < CLEAR ? 1 : lengths[code];
    if (code < CLEAR) out[filled] = code;
    else for (let i = 0; i < size && filled + i < length; i++) out[filled + i] = out[starts[code] + i];
    previous = { start: filled, length: size };
    filled += size;
  }
  return out.subarray(0, Math.min(filled, length));
}

function expandPackBits(data: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length);
  let filled = 0;
  for (let at = 0; at < data.length && filled < length; ) {
    const count = data[at++];
    if (count < 128) {
      const literal = data.subarray(at, at + Math.min(count + 1, length - filled));
      out.set(literal, filled);
      filled += literal.length;
      at += count + 1;
    } else if (count > 128) {
      out.fill(data[at++], filled, filled + 257 - count);
      filled = Math.min(length, filled + 257 - count);
    }
  }
  return out.subarray(0, filled);
}
