// SPDX-License-Identifier: Apache-2.0
/** Mirror images. */
import type { RawImage } from 'tfjs-clip';

/** Left and right change places. */
export function flipHorizontally(image: RawImage): RawImage {
  const { width, height, channels } = image;
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * channels;
      const to = (y * width + width - 1 - x) * channels;
      for (let c = 0; c < channels; c++) data[to + c] = image.data[from + c];
    }
  }
  return { ...image, data };
}

/** Top and bottom change places. */
export function flipVertically(image: RawImage): RawImage {
  const rowLength = image.width * image.channels;
  const data = new Uint8Array(image.data.length);
  for (let y = 0; y < image.height; y++) {
    const row = image.data.subarray(y * rowLength, (y + 1) * rowLength);
    data.set(row, (image.height - 1 - y) * rowLength);
  }
  return { ...image, data };
}
