// SPDX-License-Identifier: Apache-2.0
/**
 * The first picture of a GIF, read as Pillow reads it: transparent pixels keep the colour of their palette entry. Our own,
 * because jimp's decoder blackens transparent pixels, leaves rows of small interlaced pictures empty, and passes over data
 * that ends early with a line on the console.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import { BrokenImage, type ImageFormat, type ImageHeader, TRUNCATED } from './imageFormat.js';

interface GifHeader extends ImageHeader {
  /** Where the first picture lies on the canvas. */
  frame: { x: number; y: number; width: number; height: number };
  /** RGB triples; empty means greys. */
  palette: Uint8Array;
  transparentIndex: number | null;
  interlaced: boolean;
  /** Bits of the LZW codes' alphabet. */
  codeBits: number;
  /** Where the compressed data begins. */
  dataAt: number;
}

const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const MAX_CODE_BITS = 12;

export const gif: ImageFormat<GifHeader> = {
  name: 'GIF',
  matches: (bytes) => startsWith(bytes, 'GIF87a') || startsWith(bytes, 'GIF89a'),
  readHeader,
  decode(bytes, header) {
    const { frame, width, height, channels, palette, transparentIndex } = header;
    const indices = new Uint8Array(width * height).fill(transparentIndex ?? 0);
    const pixels = decompress(new ByteReader(bytes, true), header);
    const rows = header.interlaced ? interlacedRows(frame.height) : [...Array(frame.height).keys()];
    rows.forEach((y, i) => {
      indices.set(pixels.subarray(i * frame.width, (i + 1) * frame.width), (frame.y + y) * width + frame.x);
    });
    const data = new Uint8Array(indices.length * channels);
    indices.forEach((index, i) => {
      for (let c = 0; c < 3; c++) {
        data[i * channels + c] = palette.length > 0 ? (palette[index * 3 + c] ?? 0) : index;
      }
      if (channels === 4) data[i * 4 + 3] = index === transparentIndex ? 0 : 255;
    });
    return { data, width, height, channels };
  },
};

function readHeader(bytes: Uint8Array): GifHeader {
  const reader = new ByteReader(bytes, true);
  const flags = reader.u8(10);
  const globalLength = flags & 0x80 ? 3 << ((flags & 7) + 1) : 0;
  let palette = reader.slice(13, globalLength);
  let transparentIndex: number | null = null;
  let at = 13 + globalLength;
  for (;;) {
    const block = reader.u8(at++);
    if (block === TRAILER) throw new BrokenImage('it holds no picture');
    if (block === EXTENSION) {
      if (reader.u8(at) === GRAPHIC_CONTROL && reader.u8(at + 1) >= 4 && reader.u8(at + 2) & 1) {
        transparentIndex = reader.u8(at + 5);
      }
      at = skipSubBlocks(reader, at + 1);
    }
    if (block === IMAGE) break;
  }
  const [x, y, width, height] = [0, 2, 4, 6].map((offset) => reader.u16(at + offset));
  const frameFlags = reader.u8(at + 8);
  at += 9;
  if (frameFlags & 0x80) {
    palette = reader.slice(at, 3 << ((frameFlags & 7) + 1));
    at += palette.length;
  }
  const canvas = { width: Math.max(reader.u16(6), x + width), height: Math.max(reader.u16(8), y + height) };
  return {
    ...canvas,
    orientation: 1,
    channels: transparentIndex === null ? 3 : 4,
    frame: { x, y, width, height },
    palette,
    transparentIndex,
    interlaced: (frameFlags & 0x40) !== 0,
    codeBits: reader.u8(at),
    dataAt: at + 1,
  };
}

function skipSubBlocks(reader: ByteReader, start: number): number {
  let at = start;
  for (let length = reader.u8(at); length !== 0; length = reader.u8(at)) at += 1 + length;
  return at + 1;
}

function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [first, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ]) {
    for (let y = first; y < height; y += step) rows.push(y);
  }
  return rows;
}

/**
 * LZW: the frame's palette indices in the order stored. Every string of the table has been written out already, so
 * an entry is a place in the output: the previous string and the one index that follows it.
 */
function decompress(reader: ByteReader, { frame, codeBits, dataAt }: GifHeader): Uint8Array {
  if (codeBits > MAX_CODE_BITS)
    throw new BrokenImage(`its code size is ${codeBits}; GIF has up to ${MAX_CODE_BITS}`);
  const out = new Uint8Array(frame.width * frame.height);
  const clear = 1 << codeBits;
  const starts = new Uint32Array(1 << MAX_CODE_BITS);
  const lengths = new Uint32Array(1 << MAX_CODE_BITS);
  const nextCode = codeReader(reader, dataAt);
  let bits = codeBits + 1;
  let next = clear + 2;
  let previous: { start: number; length: number } | null = null;
  let filled = 0;
  while (filled < out.length) {
    const code = nextCode(bits);
    if (code === clear + 1) throw new BrokenImage(TRUNCATED);
    if (code === clear) {
      bits = codeBits + 1;
      next = clear + 2;
      previous = null;
      continue;
    }
    if (code > (previous ? next : clear)) throw new BrokenImage('its compressed data is damaged');
    if (previous && next < starts.length) {
      starts[next] = previous.start;
      lengths[next] = previous.length + 1;
      if (next === (1 << bits) - 1 && bits < MAX_CODE_BITS) bits++;
      next++;
    }
    const start = filled;
    const length = code < clear ? 1 : lengths[code];
    if (code < clear) out[start] = code;
    else for (let i = 0; i < length && start + i < out.length; i++) out[start + i] = out[starts[code] + i];
    previous = { start, length };
    filled += length;
  }
  return out;
}

/** Codes of a given number of bits, lowest bit first, out of the length-prefixed blocks. */
function codeReader(reader: ByteReader, start: number): (bits: number) => number {
  let [at, left, buffer, buffered] = [start, 0, 0, 0];
  return (bits) => {
    while (buffered < bits) {
      if (left === 0) {
        left = reader.u8(at++);
        if (left === 0) throw new BrokenImage(TRUNCATED);
      }
      buffer |= reader.u8(at++) << buffered;
      buffered += 8;
      left--;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    buffered -= bits;
    return code;
  };
}
