// SPDX-License-Identifier: Apache-2.0
/** Refusal of pictures too large for memory, by the size that they declare. */
import { ImageError } from '../../errors.js';

/** Where Pillow raises DecompressionBombError: twice a quarter of a gibibyte of RGB. */
export const DEFAULT_MAX_PIXELS = 2 * 89_478_485;

/** @throws ImageError for a picture without pixels or with more than `maxPixels`. */
export function checkPixelCount(width: number, height: number, name: string, maxPixels: number): void {
  const size = `${name} is ${width} pixels wide and ${height} high`;
  if (!(width > 0 && height > 0)) throw new ImageError(`${size}: a picture needs at least one pixel.`);
  if (width * height > maxPixels) {
    throw new ImageError(
      `${size}, ${width * height} pixels; the limit is ${maxPixels}. Scale it down first, or raise \`maxPixels\`.`,
    );
  }
}
