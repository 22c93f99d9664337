// SPDX-License-Identifier: Apache-2.0
/** How large a picture becomes: HF's forms of `size`, and the arithmetic of transformers/image_transforms.py. */
import { ImageError } from '../../errors.js';

export interface PixelSize {
  readonly height: number;
  readonly width: number;
}

/**
 * Exactly this size; the shorter edge this long and the proportions kept (the longer edge at most `longestEdge`); or as
 * large as fits within `maxHeight` × `maxWidth`, proportions kept.
 */
export type ResizeSize =
  | PixelSize
  | { readonly shortestEdge: number; readonly longestEdge?: number }
  | { readonly maxHeight: number; readonly maxWidth: number };

/** The size that a picture of `height` × `width` is resized to. Fractions of a pixel are cut off. */
export function resizedSize({ height, width }: PixelSize, size: ResizeSize): PixelSize {
  if ('height' in size) return size;
  if ('maxHeight' in size) {
    const scale = Math.min(size.maxHeight / height, size.maxWidth / width);
    return { height: Math.trunc(height * scale), width: Math.trunc(width * scale) };
  }
  const [short, long] = height < width ? [height, width] : [width, height];
  const [newShort, newLong] = edges(short, long, size.shortestEdge, size.longestEdge);
  return height < width ? { height: newShort, width: newLong } : { height: newLong, width: newShort };
}

function edges(short: number, long: number, shortest: number, longest?: number): [number, number] {
  if (longest === undefined) return [shortest, Math.trunc((shortest * long) / short)];
  const tooLong = (long / short) * shortest > longest;
  const exact = tooLong ? (longest * short) / long : shortest;
  const newShort = tooLong ? roundHalfToEven(exact) : shortest;
  return newShort === short ? [short, long] : [newShort, Math.trunc((exact * long) / short)];
}

/** Python's `round`. */
function roundHalfToEven(x: number): number {
  const floor = Math.floor(x);
  return x - floor === 0.5 ? floor + (floor % 2) : Math.round(x);
}

/**
 * Refuses what cannot be made before anything is allocated for it: a long strip with a fixed shortest edge can become
 * larger than any memory, and the rows between the two passes of a resize larger still.
 *
 * @throws ImageError for a result without pixels, or more than `maxPixels` at any step
 */
export function checkResizedSize(from: PixelSize, to: PixelSize, maxPixels: number): void {
  const described = `A picture ${from.width} pixels wide and ${from.height} high would be resized to ${to.width} × ${to.height}`;
  if (to.width < 1 || to.height < 1) {
    throw new ImageError(`${described}: nothing would be left of it. Choose another size, or crop it first.`);
  }
  const pixels = Math.max(to.width * to.height, Math.min(to.width * from.height, from.width * to.height));
  if (pixels <= maxPixels) return;
  throw new ImageError(
    `${described}, ${pixels} pixels; the limit is ${maxPixels}. Crop it first, or raise \`maxPixels\`.`,
  );
}

/** @throws ImageError for a size that an option asks for with more than `maxPixels` */
export function checkResultSize(option: string, { width, height }: PixelSize, maxPixels: number): void {
  if (width * height <= maxPixels) return;
  throw new ImageError(
    `${option} of ${width} × ${height} is ${width * height} pixels; the limit is ${maxPixels}. Ask for less, or raise \`maxPixels\`.`,
  );
}
