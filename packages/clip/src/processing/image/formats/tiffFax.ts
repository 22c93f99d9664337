// SPDX-License-Identifier: Apache-2.0
/** TIFF's CCITT compressions for black and white, by utif2 (which is also what jimp reads TIFF with). */
import type { TiffHeader } from './tiff.js';
import type { TiffSamples } from './tiffPixels.js';

/** The picture's bits, eight a byte. */
export async function readFax(bytes: Uint8Array, header: TiffHeader): Promise<TiffSamples> {
  const { default: utif } = await import('utif2');
  const file = bytes.slice().buffer;
  const [page] = utif.decode(file);
  utif.decodeImage(file, page);
  return { planes: [new Uint8Array(page.data)], rowBytes: Math.ceil(header.width / 8), littleEndian: true };
}
