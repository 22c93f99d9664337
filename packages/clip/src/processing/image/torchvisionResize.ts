// SPDX-License-Identifier: Apache-2.0
/**
 * The resize of HF's torchvision backend: torch.nn.functional.interpolate with antialiasing. Bytes take weights in
 * 16-bit fixed point and round between the passes, horizontal first (aten/src/ATen/native/cpu/UpSampleKernel.cpp);
 * floats are summed without rounding.
 */
import { InvalidArgumentError } from '../../errors.js';
import { cut, type PicturePart } from './centerCrop.js';
import { pickPixels } from './pickPixels.js';
import { type ByteImage, type FloatImage, isBytes, type PixelImage } from './rawImage.js';
import { FILTERS, type Resampling, type ResamplingFilter, resamplingName } from './resampling.js';
import { resizePasses } from './resizePasses.js';
import type { PixelSize } from './resizeSize.js';
import { toFixedPoint, type Weights, weightsFor, weightsOfPart } from './resizeWeights.js';

/**
 * Resizes to `width` × `height`: bilinear, bicubic and lanczos with antialiasing, nearest as 'nearest-exact'.
 *
 * @param part what is wanted of the result, without the work for the rest; by default all of it
 * @throws InvalidArgumentError for box and hamming, which torch does not have.
 */
export function torchvisionResize(
  image: PixelImage,
  width: number,
  height: number,
  resample: Resampling,
  part: PicturePart = { left: 0, top: 0, width, height },
): PixelImage {
  if (image.width === width && image.height === height) return cut(image, part);
  const name = resamplingName(resample);
  if (name === 'nearest') return resizeNearestExact(image, { width, height }, part);
  if (name === 'box' || name === 'hamming') {
    throw new InvalidArgumentError(
      `CLIPImageProcessorFast cannot resize with '${name}', as torchvision cannot: use 'nearest', 'bilinear', ` +
        "'bicubic' or 'lanczos', or CLIPImageProcessor.",
    );
  }
  const filter = FILTERS[name];
  return isBytes(image)
    ? resizeBytes(image, { width, height }, part, filter)
    : resizeFloats(image as FloatImage, { width, height }, part, filter);
}

function resizeBytes(
  image: ByteImage,
  { width, height }: PixelSize,
  part: PicturePart,
  filter: ResamplingFilter,
): ByteImage {
  const columns = weightsFor(image.width, width, filter);
  const rows = weightsFor(image.height, height, filter);
  return resizePasses(
    image,
    toFixedPoint(weightsOfPart(columns, part.left, part.width), bitsFor(columns)),
    toFixedPoint(weightsOfPart(rows, part.top, part.height), bitsFor(rows)),
  );
}

/** As many fractional bits as the largest weight leaves in a signed 16-bit integer. */
function bitsFor({ values }: Weights): number {
  let largest = 0;
  for (const weight of values) largest = Math.max(largest, weight);
  let bits = 0;
  while (bits < 22 && Math.trunc(0.5 + largest * 2 ** (bits + 1)) < 2 ** 15) bits++;
  return bits;
}

function resizeFloats(
  image: FloatImage,
  to: PixelSize,
  { left, top, width, height }: PicturePart,
  filter: ResamplingFilter,
): FloatImage {
  const { channels } = image;
  const across = new Float32Array(width * image.height * channels);
  const columns = weightsOfPart(weightsFor(image.width, to.width, filter, Math.fround), left, width);
  for (let y = 0; y < image.height; y++) {
    const from = y * image.width * channels;
    for (let c = 0; c < channels; c++)
      sumAlong(image.data, from + c, across, y * width * channels + c, channels, columns);
  }
  const rows = weightsOfPart(weightsFor(image.height, to.height, filter, Math.fround), top, height);
  const data = new Float32Array(width * height * channels);
  const rowLength = width * channels;
  for (let x = 0; x < rowLength; x++) sumAlong(across, x, data, x, rowLength, rows);
  return { data, width, height, channels };
}

/** One row or column, whose values stand `step` apart. */
function sumAlong(
  source: Float32Array,
  from: number,
  out: Float32Array,
  to: number,
  step: number,
  { starts, counts, values, stride }: Weights,
): void {
  for (let i = 0; i < starts.length; i++) {
    let sum = 0;
    for (let j = 0; j < counts[i]; j++) sum += source[from + (starts[i] + j) * step] * values[i * stride + j];
    out[to + i * step] = sum;
  }
}

function resizeNearestExact(
  image: PixelImage,
  to: PixelSize,
  { left, top, width, height }: PicturePart,
): PixelImage {
  const isLarge = to.width + to.height > 128;
  const columns = nearestExactPositions(image.width, to.width, isLarge).subarray(left, left + width);
  const rows = nearestExactPositions(image.height, to.height, isLarge).subarray(top, top + height);
  const length = width * height * image.channels;
  const out = isBytes(image) ? new Uint8Array(length) : new Float32Array(length);
  return { ...image, data: pickPixels(image, columns, rows, out), width, height };
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
