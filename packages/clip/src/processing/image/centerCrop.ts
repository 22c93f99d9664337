// SPDX-License-Identifier: Apache-2.0
/** HF's center_crop: the middle of a picture; what is smaller than the crop is put in the middle of black. */
import { isBytes, type PixelImage } from './rawImage.js';
import type { PixelSize } from './resizeSize.js';

/**
 * The two backends of transformers differ where an odd number of rows or columns is to be shared out: `Math.floor` is
 * the Pillow one's way (a row more above the picture than below it), `Math.trunc` torchvision's (a row more below it).
 */
export type CropRounding = (offset: number) => number;

export function centerCrop(image: PixelImage, { height, width }: PixelSize, round: CropRounding): PixelImage {
  const { data, channels } = image;
  if (image.height === height && image.width === width) return image;
  const top = round((image.height - height) / 2);
  const left = round((image.width - width) / 2);
  const length = height * width * channels;
  const out = isBytes(image) ? new Uint8Array(length) : new Float32Array(length);
  const firstColumn = Math.max(0, left);
  const lastColumn = Math.min(image.width, left + width);
  for (let y = Math.max(0, -top); y < Math.min(height, image.height - top); y++) {
    const row = (y + top) * image.width;
    const source = data.subarray((row + firstColumn) * channels, (row + lastColumn) * channels);
    out.set(source, (y * width + firstColumn - left) * channels);
  }
  return { ...image, data: out, width, height };
}
