// SPDX-License-Identifier: Apache-2.0
/**
 * `PIL.Image.resize`, bit for bit: weights in 22-bit fixed point, a horizontal and then a vertical pass with rounding
 * to bytes between them (Pillow 12.3, Image.py and src/libImaging/Resample.c).
 */
import { cut, type PicturePart } from './centerCrop.js';
import { pickPixels } from './pickPixels.js';
import { premultiply, unpremultiply } from './premultiply.js';
import type { ByteImage } from './rawImage.js';
import { FILTERS, type Resampling, type ResamplingFilter, resamplingName } from './resampling.js';
import { resizePasses } from './resizePasses.js';
import type { PixelSize } from './resizeSize.js';
import { toFixedPoint, weightsFor, weightsOfPart } from './resizeWeights.js';

const PRECISION_BITS = 22;

/**
 * Resizes to `width` × `height`. A picture with alpha is resized premultiplied, as Pillow does.
 *
 * @param part what is wanted of the result, without the work for the rest; by default all of it
 */
export function pillowResize(
  image: ByteImage,
  width: number,
  height: number,
  resample: Resampling,
  part: PicturePart = { left: 0, top: 0, width, height },
): ByteImage {
  if (image.width === width && image.height === height) return cut(image, part);
  const name = resamplingName(resample);
  const size = { width, height };
  if (name === 'nearest') return inPillowsOrder(image, size, part, resizeNearest);
  const resize: Resize = (source, to, of) => resizeFiltered(source, to, of, FILTERS[name]);
  if (image.channels === 1 || image.channels === 3) return inPillowsOrder(image, size, part, resize);
  return unpremultiply(inPillowsOrder(premultiply(image), size, part, resize));
}

type Resize = (image: ByteImage, size: PixelSize, part: PicturePart) => ByteImage;

/** Pillow shrinks a very tall picture vertically first, to save work; the rounding differs. */
function inPillowsOrder(image: ByteImage, size: PixelSize, part: PicturePart, resize: Resize): ByteImage {
  if (image.height <= image.width * 100 || size.height >= image.height) return resize(image, size, part);
  const { width } = image;
  const rows = resize(image, { width, height: size.height }, { ...part, left: 0, width });
  return resize(rows, { width: size.width, height: rows.height }, { ...part, top: 0 });
}

/** Where a size stays, its weights are 1 and the pass changes nothing. */
function resizeFiltered(
  image: ByteImage,
  { width, height }: PixelSize,
  part: PicturePart,
  filter: ResamplingFilter,
): ByteImage {
  const columns = weightsOfPart(weightsFor(image.width, width, filter), part.left, part.width);
  const rows = weightsOfPart(weightsFor(image.height, height, filter), part.top, part.height);
  return resizePasses(image, toFixedPoint(columns, PRECISION_BITS), toFixedPoint(rows, PRECISION_BITS));
}

function resizeNearest(image: ByteImage, { width, height }: PixelSize, part: PicturePart): ByteImage {
  const columns = nearestPositions(image.width, width).subarray(part.left, part.left + part.width);
  const rows = nearestPositions(image.height, height).subarray(part.top, part.top + part.height);
  const out = new Uint8Array(part.width * part.height * image.channels);
  return {
    data: pickPixels(image, columns, rows, out),
    width: part.width,
    height: part.height,
    channels: image.channels,
  };
}

/** Pillow adds the step up from pixel to pixel instead of multiplying, which decides ties. */
function nearestPositions(inSize: number, outSize: number): Int32Array {
  const step = inSize / outSize;
  const positions = new Int32Array(outSize);
  let position = step * 0.5;
  for (let i = 0; i < outSize; i++) {
    positions[i] = Math.trunc(position);
    position += step;
  }
  return positions;
}
