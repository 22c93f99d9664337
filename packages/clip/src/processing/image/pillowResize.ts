// SPDX-License-Identifier: Apache-2.0
/**
 * `PIL.Image.resize`, bit for bit: weights in 22-bit fixed point, a horizontal and then a vertical pass with rounding
 * to bytes between them, a pass left out where its size stays (Pillow 12.3, Image.py and src/libImaging/Resample.c).
 */
import { premultiply, unpremultiply } from './premultiply.js';
import type { ByteImage } from './rawImage.js';
import { FILTERS, type Resampling, type ResamplingFilter, resamplingName } from './resampling.js';
import { pickPixels, resizeAcross, resizeDown, toFixedPoint, weightsFor } from './resizePasses.js';

const PRECISION_BITS = 22;

/** Resizes to `width` × `height`. A picture with alpha is resized premultiplied, as Pillow does. */
export function pillowResize(
  image: ByteImage,
  width: number,
  height: number,
  resample: Resampling,
): ByteImage {
  if (image.width === width && image.height === height) return image;
  const name = resamplingName(resample);
  if (name === 'nearest') return inPillowsOrder(image, width, height, resizeNearest);
  const filter = FILTERS[name];
  const resize = (source: ByteImage, w: number, h: number) => resizeFiltered(source, w, h, filter);
  if (image.channels === 1 || image.channels === 3) return inPillowsOrder(image, width, height, resize);
  return unpremultiply(inPillowsOrder(premultiply(image), width, height, resize));
}

type Resize = (image: ByteImage, width: number, height: number) => ByteImage;

/** Pillow shrinks a very tall picture vertically first, to save work; the rounding differs. */
function inPillowsOrder(image: ByteImage, width: number, height: number, resize: Resize): ByteImage {
  if (image.height > image.width * 100 && height < image.height) {
    return resize(resize(image, image.width, height), width, height);
  }
  return resize(image, width, height);
}

function resizeFiltered(
  image: ByteImage,
  width: number,
  height: number,
  filter: ResamplingFilter,
): ByteImage {
  const weights = (inSize: number, outSize: number) =>
    toFixedPoint(weightsFor(inSize, outSize, filter), PRECISION_BITS);
  const down = image.height === height ? null : weights(image.height, height);
  if (image.width === width) return down ? resizeDown(image, down) : image;
  const across = weights(image.width, width);
  if (!down) return resizeAcross(image, across);
  const endRow = down.starts[height - 1] + down.counts[height - 1];
  return resizeDown(resizeAcross(image, across, down.starts[0], endRow), down);
}

function resizeNearest(image: ByteImage, width: number, height: number): ByteImage {
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const out = new Uint8Array(width * height * image.channels);
  return { ...image, data: pickPixels(image, columns, rows, out), width, height };
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
