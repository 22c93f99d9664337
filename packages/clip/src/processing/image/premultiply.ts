// SPDX-License-Identifier: Apache-2.0
/** Pillow's modes La and RGBa, in which it resizes and turns pictures with alpha (src/libImaging/Convert.c). */
import type { ByteImage } from './rawImage.js';

/** Colours times alpha, so that what lies under transparent pixels does not bleed into their neighbours. */
export function premultiply(image: ByteImage): ByteImage {
  const { channels } = image;
  const data = image.data.slice();
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    for (let c = 0; c < channels - 1; c++) {
      const product = data[i + c] * alpha + 128;
      data[i + c] = ((product >> 8) + product) >> 8;
    }
  }
  return { ...image, data };
}

/** Back again, in place. */
export function unpremultiply(image: ByteImage): ByteImage {
  const { data, channels } = image;
  for (let i = 0; i < data.length; i += channels) {
    const alpha = data[i + channels - 1];
    if (alpha === 0 || alpha === 255) continue;
    for (let c = 0; c < channels - 1; c++) {
      data[i + c] = Math.min(255, Math.trunc((255 * data[i + c]) / alpha));
    }
  }
  return image;
}
