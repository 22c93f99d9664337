// SPDX-License-Identifier: Apache-2.0
/**
 * PNG, read as Pillow reads it: every colour type, 1 to 16 bits, interlaced or not; of an APNG the default picture. Our own
 * beside jimp, for browsers and for the kinds that jimp reads otherwise.
 */
import { ByteReader, startsWith } from '../byteReader.js';
import { inflate } from '../inflate.js';
import { readOrientation } from '../orientation.js';
import type { RawImage } from '../rawImage.js';
import { BrokenImage, type ImageFormat, type ImageHeader, TRUNCATED } from './imageFormat.js';
import { channelsOf, pixelWriter, SAMPLES } from './pngPixels.js';
import { type Chunk, readExifProfile, readText } from './pngText.js';

export interface PngHeader extends ImageHeader {
  bitDepth: number;
  colorType: number;
  interlaced: boolean;
  /** RGB triples. */
  palette: Uint8Array;
  /** tRNS: alpha by palette entry, or the samples of the one transparent colour. */
  transparency: Uint8Array | null;
  /** The compressed pixels, chunk by chunk. */
  idat: Uint8Array[];
}

const BIT_DEPTHS: Record<number, number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** x, y of the first pixel and the steps between pixels. */
type Pass = readonly [x: number, y: number, stepX: number, stepY: number];
const ADAM7: Pass[] = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

export const png: ImageFormat<PngHeader> = {
  name: 'PNG',
  matches: (bytes) => startsWith(bytes, '\x89PNG\r\n\x1a\n'),
  readHeader,
  async decode(_bytes, header) {
    const passes = header.interlaced ? ADAM7 : [[0, 0, 1, 1] as const];
    const length = passes.reduce((sum, pass) => sum + passBytes(header, pass), 0);
    const data = await inflate(header.idat, length);
    if (data.length < length) throw new BrokenImage(TRUNCATED);
    return readPasses(header, data, passes);
  },
};

async function readHeader(bytes: Uint8Array): Promise<PngHeader> {
  const reader = new ByteReader(bytes, false);
  const chunks = readChunks(reader);
  const ihdr = chunks.first('IHDR');
  if (!ihdr || ihdr.length < 13) throw new BrokenImage('it does not begin with its IHDR chunk');
  const fields = new ByteReader(ihdr, false);
  const [bitDepth, colorType] = [fields.u8(8), fields.u8(9)];
  if (!BIT_DEPTHS[colorType]?.includes(bitDepth)) {
    throw new BrokenImage(`there is no PNG of colour type ${colorType} with ${bitDepth} bits`);
  }
  const interlaced = fields.u8(12) !== 0;
  const transparency = [0, 2, 3].includes(colorType) ? chunks.last('tRNS') : null;
  const exif = chunks.last('eXIf') ?? (await readExifProfile(chunks.all('tEXt', 'zTXt', 'iTXt')));
  const xmp = await readText(chunks.all('tEXt', 'zTXt', 'iTXt'), 'XML:com.adobe.xmp');
  return {
    width: fields.u32(0),
    height: fields.u32(4),
    orientation: readOrientation(exif, xmp),
    channels: channelsOf(colorType, transparency !== null),
    // jimp blackens the transparent colour, has two kinds of 16 bits wrong, and expands interlaced data without a bound.
    jimpAgrees: bitDepth <= 8 && !interlaced && (!transparency || colorType === 3),
    bitDepth,
    colorType,
    interlaced,
    transparency,
    palette: chunks.last('PLTE') ?? new Uint8Array(0),
    idat: chunks.all('IDAT').map(({ data }) => data),
  };
}

/** Up to IEND or, in a truncated file, to where it ends. */
function readChunks(reader: ByteReader) {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 8 <= reader.length; ) {
    const length = reader.u32(at);
    const type = reader.ascii(at + 4, 4);
    if (type === 'IEND') break;
    chunks.push({ type, data: reader.bytes.subarray(at + 8, at + 8 + length) });
    at += 12 + length;
  }
  const all = (...types: string[]) => chunks.filter(({ type }) => types.includes(type));
  const first = (type: string) => all(type)[0]?.data ?? null;
  const last = (type: string) => all(type).at(-1)?.data ?? null;
  return { all, first, last };
}

function readPasses(header: PngHeader, data: Uint8Array, passes: readonly Pass[]): RawImage {
  const write = pixelWriter(header);
  let at = 0;
  for (const pass of passes) {
    const [x0, y0, stepX, stepY] = pass;
    const length = rowBytes(header, pass);
    if (length === 0) continue;
    let previous: Uint8Array = new Uint8Array(length);
    for (let y = y0; y < header.height; y += stepY) {
      const row = data.subarray(at + 1, at + 1 + length);
      unfilter(data[at], row, previous, Math.max(1, (SAMPLES[header.colorType] * header.bitDepth) >> 3));
      write.row(row, y, x0, stepX);
      previous = row;
      at += 1 + length;
    }
  }
  return write.image;
}

function passBytes(header: PngHeader, pass: Pass): number {
  const [, y0, , stepY] = pass;
  const rows = Math.max(0, Math.ceil((header.height - y0) / stepY));
  const bytes = rowBytes(header, pass);
  return bytes === 0 ? 0 : rows * (1 + bytes);
}

function rowBytes(header: PngHeader, [x0, , stepX]: Pass): number {
  const pixels = Math.max(0, Math.ceil((header.width - x0) / stepX));
  return Math.ceil((pixels * SAMPLES[header.colorType] * header.bitDepth) / 8);
}

/** Undoes a row's filter in place; `distance` is from a byte to that of the pixel on its left. */
function unfilter(filter: number, row: Uint8Array, above: Uint8Array, distance: number): void {
  if (filter > 4) throw new BrokenImage(`it has a row with filter ${filter}; PNG has 0 to 4`);
  const leftOf = (bytes: Uint8Array, i: number) => (i < distance ? 0 : bytes[i - distance]);
  if (filter === 1) for (let i = distance; i < row.length; i++) row[i] += row[i - distance];
  if (filter === 2) for (let i = 0; i < row.length; i++) row[i] += above[i];
  if (filter === 3) for (let i = 0; i < row.length; i++) row[i] += (leftOf(row, i) + above[i]) >> 1;
  if (filter !== 4) return;
  for (let i = 0; i < row.length; i++) row[i] += paeth(leftOf(row, i), above[i], leftOf(above, i));
}

function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
