// SPDX-License-Identifier: Apache-2.0
/**
 * The resize of HF's torchvision backend: torch.nn.functional.interpolate with antialiasing. Bytes take weights in
 * 16-bit fixed point and round between the passes, horizontal first (aten/src/ATen/native/cpu/UpSampleKernel.cpp);
 * floats are summed without rounding.
 */
import { InvalidArgumentError } from '../../errors.js';
import { isBytes, type PixelImage } from './rawImage.js';
import { FILTERS, type Resampling, type ResamplingFilter, resamplingName } from './resampling.js';

interface Weights {
  starts: Int32Array;
  counts: Int32Array;
  /** `exact[i * stride + j]`: weight of source position `starts[i] + j`. */
  exact: Float64Array;
  stride: number;
}

/**
 * Resizes to `width` × `height`: bilinear, bicubic and lanczos with antialiasing, nearest as 'nearest-exact'.
 *
 * @throws InvalidArgumentError for box and hamming, which torch does not have.
 */
export function torchvisionResize(
  image: PixelImage,
  width: number,
  height: number,
  resample: Resampling,
): PixelImage {
  if (image.width === width && image.height === height) return image;
  const name = resamplingName(resample);
  if (name === 'nearest') return resizeNearestExact(image, width, height);
  if (name === 'box' || name === 'hamming') {
    throw new InvalidArgumentError(
      `CLIPImageProcessorFast cannot resize with '${name}', as torchvision cannot: use 'nearest', 'bilinear', ` +
        "'bicubic' or 'lanczos', or CLIPImageProcessor.",
    );
  }
  const filter = FILTERS[name];
  const round = isBytes(image) ? (x: number) => x : Math.fround;
  const across =
    image.width === width ? image : resizeAcross(image, weightsFor(image.width, width, filter, round));
  if (image.height === height) return across;
  return resizeDown(across, weightsFor(image.height, height, filter, round));
}

function resizeAcross(image: PixelImage, weights: Weights): PixelImage {
  const { data, height, channels } = image;
  const { starts, counts, stride } = weights;
  const width = starts.length;
  const { factors, half, scale } = fixedPoint(weights, isBytes(image));
  const out = outputLike(image, width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * image.width + starts[x]) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = half;
        for (let i = 0, p = source + c; i < counts[x]; i++, p += channels) {
          sum += data[p] * factors[x * stride + i];
        }
        out[at++] = half ? Math.floor(sum * scale) : sum;
      }
    }
  }
  return imageLike(image, out, width, height);
}

function resizeDown(image: PixelImage, weights: Weights): PixelImage {
  const { data, width, channels } = image;
  const { starts, counts, stride } = weights;
  const height = starts.length;
  const { factors, half, scale } = fixedPoint(weights, isBytes(image));
  const rowLength = width * channels;
  const out = outputLike(image, rowLength * height);
  const sums = new Float64Array(rowLength);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let i = 0; i < counts[y]; i++) {
      const factor = factors[y * stride + i];
      const row = (starts[y] + i) * rowLength;
      for (let x = 0; x < rowLength; x++) sums[x] += data[row + x] * factor;
    }
    const row = y * rowLength;
    for (let x = 0; x < rowLength; x++) out[row + x] = half ? Math.floor(sums[x] * scale) : sums[x];
  }
  return imageLike(image, out, width, height);
}

/** `round` is to the precision that torch computes the weights in: double for bytes, single for floats. */
function weightsFor(
  inSize: number,
  outSize: number,
  filter: ResamplingFilter,
  round: (x: number) => number,
): Weights {
  const scale = round(inSize / outSize);
  const filterScale = Math.max(scale, 1);
  const inverseScale = scale >= 1 ? 1 / scale : 1;
  const support = filter.support * filterScale;
  const stride = Math.ceil(support) * 2 + 1;
  const starts = new Int32Array(outSize);
  const counts = new Int32Array(outSize);
  const exact = new Float64Array(outSize * stride);
  for (let i = 0; i < outSize; i++) {
    const center = round(scale * (i + 0.5));
    const start = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inSize) - start;
    let total = 0;
    for (let j = 0; j < count; j++) {
      const weight = filter.weight(round((round(j + start - center) + 0.5) * inverseScale));
      exact[i * stride + j] = round(weight);
      total = round(total + exact[i * stride + j]);
    }
    if (total !== 0) for (let j = 0; j < count; j++) exact[i * stride + j] /= total;
    starts[i] = start;
    counts[i] = count;
  }
  return { starts, counts, exact, stride };
}

/** For bytes, the weights as integers with as many fractional bits as the largest leaves in 16 bits. */
function fixedPoint(
  { exact }: Weights,
  bytes: boolean,
): { factors: Float64Array; half: number; scale: number } {
  if (!bytes) return { factors: exact, half: 0, scale: 1 };
  let largest = 0;
  for (const weight of exact) largest = Math.max(largest, weight);
  let bits = 0;
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  const factors = exact.map((weight) => Math.trunc(weight * 2 ** bits + (weight < 0 ? -0.5 : 0.5)));
  return { factors, half: 2 ** (bits - 1), scale: 2 ** -bits };
}

function resizeNearestExact(image: PixelImage, width: number, height: number): PixelImage {
  const { data, channels } = image;
  const columns = nearestExactPositions(image.width, width, width + height > 128);
  const rows = nearestExactPositions(image.height, height, width + height > 128);
  const out = outputLike(image, width * height * channels);
  let at = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const source = (rows[y] * image.width + columns[x]) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c];
    }
  }
  return imageLike(image, out, width, height);
}

/**
 * In single precision, as torch, whose rounding decides ties. It has two kernels, chosen by the size of the output;
 * the one for large outputs multiplies and subtracts in one rounding.
 */
function nearestExactPositions(inSize: number, outSize: number, largeOutput: boolean): Int32Array {
  const scale = Math.fround(inSize / outSize);
  return Int32Array.from({ length: outSize }, (_, i) => {
    const product = scale * (i + 0.5);
    const position = largeOutput
      ? Math.fround(Math.max(0, Math.fround(product - 0.5)) + 0.5)
      : Math.fround(product);
    return Math.min(Math.floor(position), inSize - 1);
  });
}

function outputLike(image: PixelImage, length: number): Uint8ClampedArray | Float32Array {
  return isBytes(image) ? new Uint8ClampedArray(length) : new Float32Array(length);
}

function imageLike(
  image: PixelImage,
  out: Uint8ClampedArray | Float32Array,
  width: number,
  height: number,
): PixelImage {
  const data = out instanceof Float32Array ? out : new Uint8Array(out.buffer);
  return { ...image, data, width, height };
}
