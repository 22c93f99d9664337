// SPDX-License-Identifier: Apache-2.0
/** JPEG, baseline and progressive: by mozjpeg, and by our own decoder where that gives none or not Pillow's pixels. */
import { ByteReader, startsWith } from '../byteReader.js';
import type { ImageCodecs } from '../imageCodecs.js';
import { readOrientation } from '../orientation.js';
import { fromRgba, type RawImage } from '../rawImage.js';
import { cmykToRgb } from '../toRgb.js';
import {
  BrokenImage,
  type ImageFormat,
  type ImageHeader,
  TRUNCATED,
  UnsupportedImage,
} from './imageFormat.js';
import { decodePlanes, yccToRgb } from './jpegPlanes.js';
import { isStartOfFrame, MARKER, segments } from './jpegSegments.js';

interface JpegHeader extends ImageHeader {
  /** Sampling factors of each component. */
  sampling: { h: number; v: number }[];
}

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

export const jpeg: ImageFormat<JpegHeader> = {
  name: 'JPEG',
  matches: (bytes) => startsWith(bytes, '\xff\xd8\xff'),
  readHeader,
  decode: (bytes, header, codecs) => decodeJpeg(bytes, header, codecs),
};

function readHeader(bytes: Uint8Array): JpegHeader {
  const exif: Uint8Array[] = [];
  let xmp: Uint8Array | null = null;
  let frame: Omit<JpegHeader, 'orientation'> | null = null;
  for (const { marker, data } of segments(bytes)) {
    if (marker === MARKER.startOfScan) break;
    if (isStartOfFrame(marker)) frame = readFrame(marker, data);
    if (marker === MARKER.app1 && startsWith(data, EXIF)) exif.push(exif.length ? data.subarray(6) : data);
    if (marker === MARKER.app1 && startsWith(data, XMP)) xmp = data.subarray(XMP.length);
  }
  if (!frame) throw new BrokenImage(TRUNCATED);
  return { ...frame, orientation: readOrientation(exif.length ? concatenate(exif) : null, xmp) };
}

async function decodeJpeg(
  bytes: Uint8Array,
  { sampling, width, height, channels }: JpegHeader,
  codecs: ImageCodecs,
): Promise<RawImage> {
  const last = [...segments(bytes)].at(-1);
  if (last?.marker !== MARKER.endOfImage) throw new BrokenImage(TRUNCATED);
  if (sampling.length === 4) return cmykToRgb(decodeCmyk(bytes), width, height);
  if (!isSmoothedDown(sampling)) return fromRgba(await codecs.jpeg(bytes), channels);
  const { planes, isYcc } = decodePlanes(bytes);
  if (isYcc) yccToRgb(planes);
  return { data: interleave(planes), width, height, channels: 3 };
}

/** Half as many rows but not columns of chroma: newer libjpegs smooth them, mozjpeg repeats them. */
function isSmoothedDown(sampling: JpegHeader['sampling']): boolean {
  const maxH = Math.max(...sampling.map(({ h }) => h));
  const maxV = Math.max(...sampling.map(({ v }) => v));
  return sampling.some(({ h, v }) => h === maxH && v * 2 === maxV);
}

/** Four bytes a pixel: cyan, magenta, yellow, black; 255 is full ink. Files hold them inverted, as Adobe's do. */
function decodeCmyk(bytes: Uint8Array): Uint8Array {
  const { planes, isYcc } = decodePlanes(bytes);
  // YCCK's three colours are inks when they have become RGB; libjpeg turns them over, and so does Pillow again.
  if (isYcc) yccToRgb(planes);
  return interleave(planes).map((value, i) => (isYcc && i % 4 < 3 ? value : 255 - value));
}

export function interleave(planes: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(planes[0].length * planes.length);
  planes.forEach((plane, c) => {
    for (let from = 0, to = c; from < plane.length; from++, to += planes.length) out[to] = plane[from];
  });
  return out;
}

function readFrame(marker: number, data: Uint8Array): Omit<JpegHeader, 'orientation'> {
  const reader = new ByteReader(data, false);
  const [bits, height, width, components] = [reader.u8(0), reader.u16(1), reader.u16(3), reader.u8(5)];
  if (marker > MARKER.progressive) {
    throw new UnsupportedImage(
      'it is lossless, hierarchical or arithmetic-coded, supported are baseline and progressive',
    );
  }
  if (bits !== 8) throw new UnsupportedImage(`its samples have ${bits} bits, supported are 8`);
  if (![1, 3, 4].includes(components)) {
    throw new UnsupportedImage(`it has ${components} colour components, supported are 1, 3 and 4`);
  }
  const sampling = Array.from({ length: components }, (_, i) => {
    const factors = reader.u8(7 + i * 3);
    return { h: factors >> 4, v: factors & 15 };
  });
  return { width, height, channels: components === 1 ? 1 : 3, sampling };
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
