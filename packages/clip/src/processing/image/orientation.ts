// SPDX-License-Identifier: Apache-2.0
/** EXIF's orientation, found as Pillow finds it and applied as `PIL.ImageOps.exif_transpose` does. */
import { ByteReader, startsWith } from './byteReader.js';
import { BrokenImage } from './formats/imageFormat.js';
import type { RawImage } from './rawImage.js';

const ORIENTATION_TAG = 0x0112;

/** Bytes of one value by EXIF type, of the types that hold integers: SHORT, LONG, SBYTE, SSHORT, SLONG. */
const INTEGER_SIZES: Record<number, number> = { 3: 2, 4: 4, 6: 1, 8: 2, 9: 4 };

/** From an EXIF block or, if that has no orientation, from XMP; 1 if neither has or both are broken. */
export function readOrientation(exif: Uint8Array | null, xmp: Uint8Array | null): number {
  const tag = exif ? exifOrientation(exif) : null;
  if (tag !== null) return tag;
  const match = xmp && /tiff:Orientation(?:="|>)([0-9])/.exec(latin1(xmp));
  return match ? Number(match[1]) : 1;
}

/** The picture turned upright; itself for orientation 1 and unknown ones. */
export function applyOrientation(image: RawImage, orientation: number): RawImage {
  if (!(orientation >= 2 && orientation <= 8)) return image;
  const { width, height, channels } = image;
  const turned = orientation >= 5;
  const [outWidth, outHeight] = turned ? [height, width] : [width, height];
  const flipX = [2, 3, 7, 8].includes(orientation);
  const flipY = [3, 4, 6, 7].includes(orientation);
  const data = new Uint8Array(image.data.length);
  let at = 0;
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      const [u, v] = turned ? [y, x] : [x, y];
      const sourceX = flipX ? width - 1 - u : u;
      const sourceY = flipY ? height - 1 - v : v;
      const source = (sourceY * width + sourceX) * channels;
      for (let c = 0; c < channels; c++) data[at++] = image.data[source + c];
    }
  }
  return { data, width: outWidth, height: outHeight, channels };
}

function exifOrientation(exif: Uint8Array): number | null {
  let tiff = exif;
  while (startsWith(tiff, 'Exif\0\0')) tiff = tiff.subarray(6);
  if (!startsWith(tiff, 'II') && !startsWith(tiff, 'MM')) return null;
  const reader = new ByteReader(tiff, startsWith(tiff, 'II'));
  let found: number | null = null;
  try {
    const directory = reader.u32(4);
    const count = reader.u16(directory);
    for (let i = 0; i < count; i++) found = entryOrientation(reader, directory + 2 + i * 12) ?? found;
  } catch (error) {
    if (!(error instanceof BrokenImage)) throw error;
  }
  return found;
}

function entryOrientation(reader: ByteReader, at: number): number | null {
  const last = reader.u32(at + 8); // read first: Pillow ignores an entry that is cut off
  if (reader.u16(at) !== ORIENTATION_TAG) return null;
  const size = INTEGER_SIZES[reader.u16(at + 2)];
  const count = reader.u32(at + 4);
  if (!size || count === 0) return null;
  const valueAt = size * count > 4 ? last : at + 8;
  if (valueAt + size * count > reader.length) return null;
  if (size === 1) return reader.u8(valueAt);
  return size === 2 ? reader.u16(valueAt) : reader.u32(valueAt);
}

function latin1(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes);
}
