// SPDX-License-Identifier: Apache-2.0
/** TIFF whose strips or tiles are JPEG files without their shared tables. */
import type { ImageCodecs } from '../imageCodecs.js';
import type { RawImage } from '../rawImage.js';
import { UnsupportedImage } from './imageFormat.js';
import type { TiffBlock, TiffHeader } from './tiff.js';

const YCBCR = 6;
const START_OF_IMAGE = [0xff, 0xd8];

export async function readJpegBlocks(
  bytes: Uint8Array,
  header: TiffHeader,
  blocks: TiffBlock[],
  codecs: ImageCodecs,
): Promise<RawImage> {
  const { tags, layout, width, height } = header;
  if (
    layout.isPlanar ||
    layout.bits !== 8 ||
    !['grey', 'rgb'].includes(layout.colours) ||
    layout.alpha !== 'none'
  ) {
    throw new UnsupportedImage('it has JPEG inside, which is supported for grey, RGB and YCbCr in one plane');
  }
  const channels = layout.colours === 'grey' ? 1 : 3;
  const tables = Uint8Array.from(tags.jpegTables ?? []);
  const data = new Uint8Array(width * height * channels);
  for (const block of blocks) {
    const strip = bytes.subarray(block.offset, block.offset + block.byteCount);
    const picture = await codecs.jpeg(wholeJpeg(strip, tables, tags.photometric?.[0] === YCBCR));
    const rows = Math.min(picture.height, height - block.y);
    const columns = Math.min(picture.width, width - block.x);
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        const from = (y * picture.width + x) * 4;
        const to = ((block.y + y) * width + block.x + x) * channels;
        for (let c = 0; c < channels; c++) data[to + c] = picture.data[from + c];
      }
    }
  }
  return { data, width, height, channels };
}

/** Adobe's marker tells the decoder what the TIFF's tags say of the colours. */
function wholeJpeg(strip: Uint8Array, tables: Uint8Array, isYCbCr: boolean): Uint8Array {
  const adobe = [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, isYCbCr ? 1 : 0];
  return Uint8Array.from([...START_OF_IMAGE, ...adobe, ...tables.subarray(2, -2), ...strip.subarray(2)]);
}
