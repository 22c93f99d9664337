// SPDX-License-Identifier: Apache-2.0
/** WebP, lossy and lossless, by libwebp; of an animation the first frame on its canvas, as Pillow shows it. */
import { ByteReader, startsWith } from '../byteReader.js';
import { readOrientation } from '../orientation.js';
import { fromRgba, type RawImage } from '../rawImage.js';
import { BrokenImage, type ImageFormat, type ImageHeader, TRUNCATED } from './imageFormat.js';

interface Chunk {
  type: string;
  data: Uint8Array;
  /** With its name, length and padding. */
  whole: Uint8Array;
}

interface WebpHeader extends ImageHeader {
  /** The first frame of an animation. */
  frame: Uint8Array | null;
}

const ALPHA = 0x10;

export const webp: ImageFormat<WebpHeader> = {
  name: 'WebP',
  matches: (bytes) => startsWith(bytes, 'RIFF') && startsWith(bytes, 'WEBP', 8),
  readHeader(bytes) {
    const reader = new ByteReader(bytes, true);
    const chunks = readChunks(bytes.subarray(0, 8 + reader.u32(4)), 12);
    const find = (type: string) => chunks.find((chunk) => chunk.type === type)?.data ?? null;
    const extended = find('VP8X');
    const frame = find('ANMF');
    const size = extended ? canvasSize(extended) : pictureSize(chunks);
    if (extended && !frame) checkSize(chunks, size.width, size.height);
    return {
      width: size.width,
      height: size.height,
      orientation: extended ? readOrientation(find('EXIF'), find('XMP ')) : 1,
      channels: size.hasAlpha ? 4 : 3,
      frame,
    };
  },
  async decode(bytes, header, codecs) {
    if (new ByteReader(bytes, true).u32(4) + 8 > bytes.length) throw new BrokenImage(TRUNCATED);
    const { channels } = header;
    if (!header.frame) return fromRgba(await codecs.webp(bytes), channels);
    const reader = new ByteReader(header.frame, true);
    const [x, y] = [reader.u24(0) * 2, reader.u24(3) * 2];
    const [width, height] = [reader.u24(6) + 1, reader.u24(9) + 1];
    if (x + width > header.width || y + height > header.height)
      throw new BrokenImage('its frame exceeds its canvas');
    checkSize(readChunks(header.frame, 16), width, height);
    const picture = fromRgba(await codecs.webp(stillPicture(header.frame)), channels);
    return placeOn(header, picture, x, y);
  },
};

function readChunks(bytes: Uint8Array, start: number): Chunk[] {
  const reader = new ByteReader(bytes, true);
  const chunks: Chunk[] = [];
  for (let at = start; at + 8 <= bytes.length; ) {
    const length = reader.u32(at + 4);
    const end = at + 8 + length + (length & 1);
    const data = bytes.subarray(at + 8, at + 8 + length);
    chunks.push({ type: reader.ascii(at, 4), data, whole: bytes.subarray(at, end) });
    at = end;
  }
  return chunks;
}

function canvasSize(extended: Uint8Array) {
  const reader = new ByteReader(extended, true);
  return { width: reader.u24(4) + 1, height: reader.u24(7) + 1, hasAlpha: (extended[0] & ALPHA) !== 0 };
}

/** The decoder allocates what the picture says of itself, whatever was said around it. */
function checkSize(chunks: Chunk[], width: number, height: number): void {
  const picture = pictureSize(chunks);
  if (picture.width === width && picture.height === height) return;
  throw new BrokenImage(
    `its picture has ${picture.width} × ${picture.height} pixels where it says ${width} × ${height}`,
  );
}

function pictureSize(chunks: Chunk[]) {
  const find = (type: string) => chunks.find((chunk) => chunk.type === type)?.data ?? null;
  const [lossy, lossless] = [find('VP8 '), find('VP8L')];
  if (lossless) {
    const bits = new ByteReader(lossless, true).u32(1);
    return {
      width: (bits & 0x3fff) + 1,
      height: ((bits >>> 14) & 0x3fff) + 1,
      hasAlpha: ((bits >>> 28) & 1) === 1,
    };
  }
  if (!lossy) throw new BrokenImage('it holds no picture');
  const reader = new ByteReader(lossy, true);
  return { width: reader.u16(6) & 0x3fff, height: reader.u16(8) & 0x3fff, hasAlpha: false };
}

/** A WebP file of one frame of an animation, with the chunk that announces its alpha. */
function stillPicture(frame: Uint8Array): Uint8Array {
  const parts = readChunks(frame, 16).filter(({ type }) => ['ALPH', 'VP8 ', 'VP8L'].includes(type));
  const extended = new Uint8Array(18);
  extended.set([...'VP8X'].map((c) => c.charCodeAt(0)));
  extended[4] = 10;
  extended[8] = ALPHA;
  extended.set(frame.subarray(6, 12), 12); // width and height, less one
  const bodies = [extended, ...parts.map(({ whole }) => whole)];
  const length = bodies.reduce((sum, part) => sum + part.length, 4);
  const file = new Uint8Array(8 + length);
  file.set([...'RIFF????WEBP'].map((c) => c.charCodeAt(0)));
  new DataView(file.buffer).setUint32(4, length, true);
  let at = 12;
  for (const body of bodies) {
    file.set(body, at);
    at += body.length;
  }
  return file;
}

/** On a canvas of transparent black. */
function placeOn(
  canvas: { width: number; height: number },
  picture: RawImage,
  x: number,
  y: number,
): RawImage {
  const { width, height } = canvas;
  const { channels } = picture;
  const data = new Uint8Array(width * height * channels);
  for (let row = 0; row < picture.height; row++) {
    const source = picture.data.subarray(
      row * picture.width * channels,
      (row + 1) * picture.width * channels,
    );
    data.set(source, ((y + row) * width + x) * channels);
  }
  return { data, width, height, channels };
}
