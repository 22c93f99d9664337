// SPDX-License-Identifier: Apache-2.0
/** TIFF whose strips or tiles are JPEG files without their shared tables. */
import type { ImageCodecs } from '../imageCodecs.js';
import { BrokenImage } from './imageFormat.js';
import { interleave, jpeg } from './jpeg.js';
import { decodePlanes } from './jpegPlanes.js';

interface Expected {
  isYCbCr: boolean;
  width: number;
  /** Rows that hold picture. */
  height: number;
  /** A last strip may be filled up to the height of the others. */
  greatestHeight: number;
  samples: number;
}

const START_OF_IMAGE = [0xff, 0xd8];

/** The samples of a strip or tile, those of a pixel together. @throws BrokenImage if the JPEG is of another size */
export async function expandJpeg(
  strip: Uint8Array,
  tables: Uint8Array,
  expected: Expected,
  codecs: ImageCodecs,
): Promise<Uint8Array> {
  const bytes = wholeJpeg(strip, tables, expected.isYCbCr);
  const header = await jpeg.readHeader(bytes);
  const { width, height, greatestHeight, samples } = expected;
  if (header.width !== width || header.height < height || header.height > greatestHeight) {
    throw new BrokenImage(
      `it has ${header.width} × ${header.height} pixels inside where it says ${width} × ${height}`,
    );
  }
  if (samples === 4) return interleave(decodePlanes(bytes).planes);
  const { data, channels } = await jpeg.decode(bytes, header, codecs);
  if (channels !== samples)
    throw new BrokenImage(`it has ${channels} colours inside where it says ${samples}`);
  return data;
}

/** Adobe's marker tells the decoder what the TIFF's tags say of the colours. */
function wholeJpeg(strip: Uint8Array, tables: Uint8Array, isYCbCr: boolean): Uint8Array {
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, isYCbCr ? 1 : 0];
  return Uint8Array.from([...START_OF_IMAGE, ...adobe, ...tables.subarray(2, -2), ...strip.subarray(2)]);
}
