// SPDX-License-Identifier: Apache-2.0
/** JPEG, baseline and progressive: mozjpeg for one and three components, our own decoder for CMYK, which it refuses. */
import { ByteReader, startsWith } from '../byteReader.js';
import { readOrientation } from '../orientation.js';
import { fromRgba } from '../rawImage.js';
import { cmykToRgb } from '../toRgb.js';
import {
  BrokenImage,
  type ImageFormat,
  type ImageHeader,
  TRUNCATED,
  UnsupportedImage,
} from './imageFormat.js';
import { decodeCmykJpeg } from './jpegCmyk.js';
import { isStartOfFrame, MARKER, segments } from './jpegSegments.js';

interface JpegHeader extends ImageHeader {
  components: number;
}

const EXIF = 'Exif\0\0';
const XMP = 'http://ns.adobe.com/xap/1.0/\0';

export const jpeg: ImageFormat<JpegHeader> = {
  name: 'JPEG',
  matches: (bytes) => startsWith(bytes, '\xff\xd8\xff'),
  readHeader(bytes) {
    const exif: Uint8Array[] = [];
    let xmp: Uint8Array | null = null;
    let frame: { width: number; height: number; components: number } | null = null;
    for (const { marker, data } of segments(bytes)) {
      if (marker === MARKER.startOfScan) break;
      if (isStartOfFrame(marker)) frame = readFrame(data);
      if (marker === MARKER.app1 && startsWith(data, EXIF)) exif.push(exif.length ? data.subarray(6) : data);
      if (marker === MARKER.app1 && startsWith(data, XMP)) xmp = data.subarray(XMP.length);
    }
    if (!frame) throw new BrokenImage(TRUNCATED);
    return { ...frame, orientation: readOrientation(exif.length ? concatenate(exif) : null, xmp) };
  },
  async decode(bytes, { components, width, height }, codecs) {
    const last = [...segments(bytes)].at(-1);
    if (last?.marker !== MARKER.endOfImage) throw new BrokenImage(TRUNCATED);
    if (components === 4) return cmykToRgb(decodeCmykJpeg(bytes), width, height);
    return fromRgba(await codecs.jpeg(bytes), components === 1 ? 1 : 3);
  },
};

function readFrame(data: Uint8Array) {
  const reader = new ByteReader(data, false);
  const [bits, height, width, components] = [reader.u8(0), reader.u16(1), reader.u16(3), reader.u8(5)];
  if (bits !== 8) throw new UnsupportedImage(`its samples have ${bits} bits, supported are 8`);
  if (![1, 3, 4].includes(components)) {
    throw new UnsupportedImage(`it has ${components} colour components, supported are 1, 3 and 4`);
  }
  return { width, height, components };
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
