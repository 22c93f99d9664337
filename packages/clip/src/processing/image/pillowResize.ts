// SPDX-License-Identifier: Apache-2.0
/**
 * `PIL.Image.resize`, bit for bit: weights in 22-bit fixed point, a horizontal and then a vertical pass with rounding
 * to bytes between them, a pass left out where its size stays (Pillow 12.3, Image.py and src/libImaging/Resample.c).
 */
import type { ByteImage } from './rawImage.js';
import { FILTERS, type Resampling, type ResamplingFilter, resamplingName } from './resampling.js';

const PRECISION_BITS = 22;
const HALF = 1 << (PRECISION_BITS - 1);

/** One output position is the sum of `counts[i]` source positions from `starts[i]`, weighted by `weights[i * stride …]`. */
interface Coefficients {
  starts: Int32Array;
  counts: Int32Array;
  weights: Int32Array;
  stride: number;
}

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
  const vertical = image.height === height ? null : coefficients(image.height, height, filter);
  const across = image.width === width ? image : resizeAcross(image, width, filter, vertical);
  if (!vertical) return across;
  return resizeDown(across, height, vertical);
}

/** Rows that the vertical pass will not read stay empty. */
function resizeAcross(
  image: ByteImage,
  width: number,
  filter: ResamplingFilter,
  vertical: Coefficients | null,
): ByteImage {
  const { data, channels, height } = image;
  const { starts, counts, weights, stride } = coefficients(image.width, width, filter);
  const out = new Uint8ClampedArray(width * height * channels);
  const first = vertical ? vertical.starts[0] : 0;
  const last = vertical ? vertical.starts.at(-1)! + vertical.counts.at(-1)! : height;
  for (let y = first; y < last; y++) {
    const row = y * image.width * channels;
    let at = y * width * channels;
    for (let x = 0; x < width; x++) {
      const weight = x * stride;
      const count = counts[x];
      const source = row + starts[x] * channels;
      if (channels === 3) {
        let r = HALF;
        let g = HALF;
        let b = HALF;
        for (let i = 0, p = source; i < count; i++, p += 3) {
          const w = weights[weight + i];
          r = (r + data[p] * w) | 0;
          g = (g + data[p + 1] * w) | 0;
          b = (b + data[p + 2] * w) | 0;
        }
        out[at++] = r >> PRECISION_BITS;
        out[at++] = g >> PRECISION_BITS;
        out[at++] = b >> PRECISION_BITS;
      } else {
        for (let c = 0; c < channels; c++) {
          let sum = HALF;
          for (let i = 0, p = source + c; i < count; i++, p += channels) {
            sum = (sum + data[p] * weights[weight + i]) | 0;
          }
          out[at++] = sum >> PRECISION_BITS;
        }
      }
    }
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

function resizeDown(image: ByteImage, height: number, vertical: Coefficients): ByteImage {
  const { data, width, channels } = image;
  const { starts, counts, weights, stride } = vertical;
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    for (let i = 0; i < counts[y]; i++) {
      const weight = weights[y * stride + i];
      const row = (starts[y] + i) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] += data[row + x] * weight;
    }
    const row = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[row + x] = sums[x] >> PRECISION_BITS;
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

function coefficients(inSize: number, outSize: number, filter: ResamplingFilter): Coefficients {
  const scale = inSize / outSize;
  const filterScale = Math.max(scale, 1);
  const inverseScale = 1 / filterScale;
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const weights = new Int32Array(outSize * stride);
  const exact = new Float64Array(stride);
  for (let i = 0; i < outSize; i++) {
    const center = (i + 0.5) * scale;
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inSize) - start;
    let total = 0;
    for (let j = 0; j < count; j++) {
      exact[j] = filter.weight((j + start - center + 0.5) * inverseScale);
      total += exact[j];
    }
    for (let j = 0; j < count; j++) {
      const weight = (total === 0 ? exact[j] : exact[j] / total) * (1 << PRECISION_BITS);
      weights[i * stride + j] = Math.trunc(weight < 0 ? weight - 0.5 : weight + 0.5);
    }
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, weights, stride };
}

function resizeNearest(image: ByteImage, width: number, height: number): ByteImage {
  const { data, channels } = image;
  const columns = nearestPositions(image.width, width);
  const rows = nearestPositions(image.height, height);
  const out = new Uint8Array(width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (rows[y] * image.width + columns[x]) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c];
    }
  }
  return { data: out, width, height, channels };
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

function premultiply(image: ByteImage): ByteImage {
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

function unpremultiply(image: ByteImage): ByteImage {
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
