// SPDX-License-Identifier: Apache-2.0
/**
 * A resize in two passes, along rows and along columns, in which an output pixel is a weighted sum of source pixels. Pillow
 * and torch share it to the last rounding, but for the number of bits that they give the weights of bytes.
 */
import type { ByteImage, PixelImage } from './rawImage.js';
import type { ResamplingFilter } from './resampling.js';

/** Output position i sums `counts[i]` source positions from `starts[i]` on, weighted by `values[i * stride …]`. */
export interface Weights<Values = Float64Array> {
  starts: Int32Array;
  counts: Int32Array;
  values: Values;
  stride: number;
}

/** Weights times 2^bits, whole. */
export interface FixedPointWeights extends Weights<Int32Array> {
  bits: number;
}

/** The filter's weights, widened where the picture shrinks, each position's sum 1; `round` is to the precision wanted. */
export function weightsFor(
  inSize: number,
  outSize: number,
  filter: ResamplingFilter,
  round: (x: number) => number = (x) => x,
): Weights {
  const scale = round(inSize / outSize);
  const filterScale = Math.max(scale, 1);
  const inverseScale = 1 / filterScale;
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const values = new Float64Array(outSize * stride);
  for (let i = 0; i < outSize; i++) {
    const center = round((i + 0.5) * scale);
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inSize) - start;
    let total = 0;
    for (let j = 0; j < count; j++) {
      const weight = round(filter.weight(round((round(j + start - center) + 0.5) * inverseScale)));
      values[i * stride + j] = weight;
      total = round(total + weight);
    }
    if (total !== 0) for (let j = 0; j < count; j++) values[i * stride + j] /= total;
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, values, stride };
}

/** Rounded half away from zero. */
export function toFixedPoint(weights: Weights, bits: number): FixedPointWeights {
  const scaled = (weight: number) => Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5));
  return { ...weights, values: Int32Array.from(weights.values, scaled), bits };
}

/** The pass along rows; those before `firstRow` and from `endRow` on stay empty. */
export function resizeAcross(
  image: ByteImage,
  weights: FixedPointWeights,
  firstRow = 0,
  endRow = image.height,
): ByteImage {
  const { height, channels } = image;
  const width = weights.starts.length;
  const out = new Uint8ClampedArray(width * height * channels);
  const resizeRow = channels === 3 ? resizeRgbRow : resizeAnyRow;
  for (let y = firstRow; y < endRow; y++) resizeRow(image, y, weights, out);
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

type ResizeRow = (image: ByteImage, y: number, weights: FixedPointWeights, out: Uint8ClampedArray) => void;

const resizeAnyRow: ResizeRow = ({ data, width, channels }, y, weights, out) => {
  const { starts, counts, values, stride, bits } = weights;
  let at = y * starts.length * channels;
  for (let x = 0; x < starts.length; x++) {
    const source = (y * width + starts[x]) * channels;
    for (let c = 0; c < channels; c++) {
      let sum = 1 << (bits - 1);
      for (let i = 0, p = source + c; i < counts[x]; i++, p += channels) {
        sum = (sum + data[p] * values[x * stride + i]) | 0;
      }
      out[at++] = sum >> bits;
    }
  }
};

/** The same for three channels at once, in half the time. */
const resizeRgbRow: ResizeRow = ({ data, width }, y, weights, out) => {
  const { starts, counts, values, stride, bits } = weights;
  const half = 1 << (bits - 1);
  let at = y * starts.length * 3;
  for (let x = 0; x < starts.length; x++) {
    let [r, g, b] = [half, half, half];
    const end = x * stride + counts[x];
    for (let i = x * stride, p = (y * width + starts[x]) * 3; i < end; i++, p += 3) {
      const weight = values[i];
      r = (r + data[p] * weight) | 0;
      g = (g + data[p + 1] * weight) | 0;
      b = (b + data[p + 2] * weight) | 0;
    }
    out[at++] = r >> bits;
    out[at++] = g >> bits;
    out[at++] = b >> bits;
  }
};

/** The pass along columns. */
export function resizeDown(image: ByteImage, weights: FixedPointWeights): ByteImage {
  const { data, width, channels } = image;
  const { starts, counts, values, stride, bits } = weights;
  const height = starts.length;
  const rowLength = width * channels;
  const out = new Uint8ClampedArray(rowLength * height);
  const sums = new Int32Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(1 << (bits - 1));
    for (let i = 0; i < counts[y]; i++) {
      const weight = values[y * stride + i];
      const row = (starts[y] + i) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] += data[row + x] * weight;
    }
    const row = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[row + x] = sums[x] >> bits;
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

/** Fills `out`, row by row, with the pixels at the given columns and rows: a resize that takes the nearest. */
export function pickPixels<Values extends Uint8Array | Float32Array>(
  { data, width, channels }: PixelImage,
  columns: Int32Array,
  rows: Int32Array,
  out: Values,
): Values {
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const source = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c];
    }
  }
  return out;
}
