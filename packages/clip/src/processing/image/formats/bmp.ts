// SPDX-License-Identifier: Apache-2.0
/**
 * BMP, read as Pillow reads it: 1, 4, 8 bits with a palette (also run-length encoded), 16, 24 and 32 bits, bit fields. Our own
 * beside jimp, whose decoder gives Pillow's pixels for the plainest of them only.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import type { RawImage } from '../rawImage.js';
import { expandRuns } from './bmpRuns.js';
import {
  BrokenImage,
  type ImageFormat,
  type ImageHeader,
  TRUNCATED,
  UnsupportedImage,
} from './imageFormat.js';

interface BmpHeader extends ImageHeader {
  bits: number;
  runLength: boolean;
  topDown: boolean;
  /** Blue, green, red and, but in the oldest files, a fourth byte. */
  palette: Uint8Array;
  paletteStep: number;
  /** What the bytes of a pixel are, where there is no palette. */
  layout: string;
  dataAt: number;
}

const OLDEST = 12;
/** Three colour masks follow the header, as they have no place in it. */
const SHORTEST_WITH_MASKS = 40;
const HEADER_SIZES = [OLDEST, 40, 52, 56, 64, 108, 124];
const COMPRESSIONS = { none: 0, rle8: 1, rle4: 2, bitFields: 3 };

/** By bits and the masks of red, green, blue and alpha. Pillow knows these and no others. */
const LAYOUTS: Record<string, string> = {
  '32 ff0000 ff00 ff 0': 'BGRX',
  '32 ff000000 ff0000 ff00 0': 'XBGR',
  '32 ff000000 ff00 ff 0': 'BGXR',
  '32 ff000000 ff0000 ff00 ff': 'ABGR',
  '32 ff ff00 ff0000 ff000000': 'RGBA',
  '32 ff0000 ff00 ff ff000000': 'BGRA',
  '32 ff000000 ff00 ff ff0000': 'BGAR',
  '32 0 0 0 0': 'BGRA',
  '24 ff0000 ff00 ff': 'BGR',
  '16 f800 7e0 1f': '565',
  '16 7c00 3e0 1f': '555',
};
const LAYOUTS_WITHOUT_MASKS: Record<number, string> = { 16: '555', 24: 'BGR', 32: 'BGRX' };

export const bmp: ImageFormat<BmpHeader> = {
  name: 'BMP',
  matches: (bytes) => startsWith(bytes, 'BM'),
  readHeader,
  decode(bytes, header) {
    const { width, height, bits, runLength } = header;
    const stored = runLength
      ? expandRuns(new ByteReader(bytes, true), header.dataAt, width, height, bits === 4)
      : bytes.subarray(header.dataAt);
    const stride = runLength ? width : strideOf(header);
    if (!runLength && stored.length < neededBytes(header)) throw new BrokenImage(TRUNCATED);
    const rows = Array.from({ length: height }, (_, y) => {
      const row = header.topDown ? y : height - 1 - y;
      return stored.subarray(row * stride, (row + 1) * stride);
    });
    if (bits > 8) return readDirect(rows, header);
    return readIndexed(rows, header, runLength ? 8 : bits);
  },
};

function readHeader(bytes: Uint8Array): BmpHeader {
  const reader = new ByteReader(bytes, true);
  const size = reader.u32(14);
  if (!HEADER_SIZES.includes(size))
    throw new BrokenImage(`its header has ${size} bytes; BMP has ${HEADER_SIZES}`);
  const fields = size === OLDEST ? oldestFields(reader) : infoFields(reader);
  const { bits, compression, topDown } = fields;
  const { none, rle8, rle4, bitFields } = COMPRESSIONS;
  const runLength = compression === rle8 || compression === rle4;
  if (![none, rle8, rle4, bitFields].includes(compression)) {
    throw new UnsupportedImage(`its compression is ${compression}, supported are ${none} to ${bitFields}`);
  }
  const layout = bits <= 8 ? '' : layoutOf(reader, size, bits, compression);
  if (![1, 4, 8].includes(bits) && !layout)
    throw new UnsupportedImage(`its pixels of ${bits} bits have an unusual layout`);
  const paletteStep = size === OLDEST ? 3 : 4;
  const paletteAt = 14 + size;
  const paletteLength = bits <= 8 ? (fields.colors || 1 << bits) * paletteStep : 0;
  const masksLength = compression === bitFields && size === SHORTEST_WITH_MASKS ? 12 : 0;
  const declaredAt = reader.u32(10);
  // A file may leave out where its pixels begin, or give the place of its palette.
  const isGiven = declaredAt !== 0 && !(declaredAt === paletteAt && bits <= 8);
  const header: BmpHeader = {
    width: fields.width,
    height: topDown ? 2 ** 32 - fields.height : fields.height,
    orientation: 1,
    channels: layout.includes('A') ? 4 : 3,
    bits,
    runLength,
    topDown,
    palette: reader.bytes.subarray(paletteAt, paletteAt + paletteLength),
    paletteStep,
    layout,
    dataAt: isGiven ? declaredAt : paletteAt + masksLength + paletteLength,
  };
  // jimp's decoder passes over a gap before the pixels and fills up truncated files.
  header.jimpAgrees =
    size === 40 &&
    compression === none &&
    (bits === 24 || (bits === 8 && fields.colors === 0)) &&
    header.dataAt === paletteAt + paletteLength &&
    bytes.length >= header.dataAt + neededBytes(header);
  return header;
}

/** Bytes from one row to the next. */
function strideOf({ width, bits }: BmpHeader): number {
  return Math.ceil((width * bits) / 32) * 4;
}

/** Bytes of all rows, the last of which may lack its padding. */
function neededBytes(header: BmpHeader): number {
  return strideOf(header) * (header.height - 1) + Math.ceil((header.width * header.bits) / 8);
}

function oldestFields(reader: ByteReader) {
  const [width, height, bits] = [reader.u16(18), reader.u16(20), reader.u16(24)];
  return { width, height, bits, compression: COMPRESSIONS.none, colors: 0, topDown: false };
}

function infoFields(reader: ByteReader) {
  return {
    width: reader.u32(18),
    height: reader.u32(22),
    bits: reader.u16(28),
    compression: reader.u32(30),
    colors: reader.u32(46),
    topDown: reader.u8(25) === 0xff,
  };
}

function layoutOf(reader: ByteReader, size: number, bits: number, compression: number): string {
  if (compression !== COMPRESSIONS.bitFields) return LAYOUTS_WITHOUT_MASKS[bits];
  const masks = [54, 58, 62].map((at) => reader.u32(at));
  if (bits === 32) masks.push(size >= 56 ? reader.u32(66) : 0);
  return LAYOUTS[[bits, ...masks.map((mask) => mask.toString(16))].join(' ')];
}

function readIndexed(rows: Uint8Array[], header: BmpHeader, bits: number): RawImage {
  const { width, height, palette, paletteStep } = header;
  const data = new Uint8Array(width * height * 3);
  let at = 0;
  for (const row of rows) {
    for (let x = 0; x < width; x++) {
      const bit = x * bits;
      const index = (row[bit >> 3] >> (8 - bits - (bit & 7))) & (2 ** bits - 1);
      const entry = index * paletteStep;
      for (let c = 2; c >= 0; c--) data[at++] = palette[entry + c] ?? 0;
    }
  }
  return { data, width, height, channels: 3 };
}

function readDirect(rows: Uint8Array[], { width, layout, channels }: BmpHeader): RawImage {
  const places = [...'RGBA'.slice(0, channels)].map((channel) => layout.indexOf(channel));
  const data = new Uint8Array(width * rows.length * channels);
  let at = 0;
  for (const row of rows) {
    for (let x = 0; x < width; x++) {
      if (layout === '555' || layout === '565') {
        const pixel = row[x * 2] | (row[x * 2 + 1] << 8);
        const greenBits = layout === '565' ? 6 : 5;
        data[at++] = Math.trunc((((pixel >> (5 + greenBits)) & 31) * 255) / 31);
        data[at++] = Math.trunc((((pixel >> 5) & (2 ** greenBits - 1)) * 255) / (2 ** greenBits - 1));
        data[at++] = Math.trunc(((pixel & 31) * 255) / 31);
      } else {
        for (const place of places) data[at++] = row[x * layout.length + place];
      }
    }
  }
  return { data, width, height: rows.length, channels };
}
