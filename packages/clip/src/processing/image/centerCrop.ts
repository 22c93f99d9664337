// SPDX-License-Identifier: Apache-2.0
/** HF's center_crop: the middle of a picture; what is smaller than the crop is put in the middle of black. */
import { isBytes, type PixelImage } from './rawImage.js';
import type { PixelSize } from './resizeSize.js';

/**
 * The two backends of transformers differ where an odd number of rows or columns is to be shared out: `Math.floor` is
 * the Pillow one's way (a row more above the picture than below it), `Math.trunc` torchvision's (a row more below it).
 */
export type CropRounding = (offset: number) => number;

export interface PicturePart extends PixelSize {
  left: number;
  top: number;
}

export function centerCrop(image: PixelImage, size: PixelSize, round: CropRounding): PixelImage {
  const middle = cut(image, middleOf(image, size, round));
  const { width, height } = size;
  if (middle.width === width && middle.height === height) return middle;
  const { channels } = middle;
  const top = -round((middle.height - height) / 2);
  const left = -round((middle.width - width) / 2);
  const length = height * width * channels;
  const data = isBytes(middle) ? new Uint8Array(length) : new Float32Array(length);
  const rowLength = middle.width * channels;
  for (let y = 0; y < middle.height; y++) {
    const row = middle.data.subarray(y * rowLength, (y + 1) * rowLength);
    data.set(row, ((top + y) * width + left) * channels);
  }
  return { data, width, height, channels };
}

/** What a centre crop keeps of a picture of `from` pixels. */
export function middleOf(from: PixelSize, size: PixelSize, round: CropRounding): PicturePart {
  return {
    left: Math.max(0, round((from.width - size.width) / 2)),
    top: Math.max(0, round((from.height - size.height) / 2)),
    width: Math.min(from.width, size.width),
    height: Math.min(from.height, size.height),
  };
}

/** A part that lies within the picture; the picture itself, if that is all of it. */
export function cut<Image extends PixelImage>(
  image: Image,
  { left, top, width, height }: PicturePart,
): Image {
  if (width === image.width && height === image.height) return image;
  const { channels } = image;
  const length = width * height * channels;
  const data = isBytes(image) ? new Uint8Array(length) : new Float32Array(length);
  for (let y = 0; y < height; y++) {
    const start = ((top + y) * image.width + left) * channels;
    data.set(image.data.subarray(start, start + width * channels), y * width * channels);
  }
  return { ...image, data, width, height };
}
