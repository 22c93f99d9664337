// SPDX-License-Identifier: Apache-2.0
/**
 * A resize of bytes in two passes, along rows and along columns, in which an output pixel is a weighted sum of source
 * pixels. Pillow and torch share it to the last rounding, but for the number of bits that they give the weights.
 *
 * It runs in WebAssembly where it can, ten times as fast; where a page or an engine allows no WebAssembly, here.
 */
import type { ByteImage } from './rawImage.js';
import { resizeSimd } from './resizeSimd.js';
import type { FixedPointWeights } from './resizeWeights.js';

/** The pixels of the output columns and rows that there are weights for. */
export function resizePasses(
  image: ByteImage,
  columns: FixedPointWeights,
  rows: FixedPointWeights,
): ByteImage {
  return resizeSimd(image, columns, rows) ?? resizeScalar(image, columns, rows);
}

export function resizeScalar(
  image: ByteImage,
  columns: FixedPointWeights,
  rows: FixedPointWeights,
): ByteImage {
  return resizeDown(resizeAcross(image, columns, rows), rows);
}

/** Only the rows that the other pass reads; those before and behind stay empty. */
function resizeAcross(image: ByteImage, weights: FixedPointWeights, rows: FixedPointWeights): ByteImage {
  const { data, height, channels } = image;
  const { starts, counts, values, stride, bits } = weights;
  const width = starts.length;
  const out = new Uint8ClampedArray(width * height * channels);
  const [firstRow, endRow] = [rows.starts[0], rows.starts.at(-1)! + rows.counts.at(-1)!];
  let at = firstRow * width * channels;
  for (let y = firstRow; y < endRow; y++) {
    for (let x = 0; x < width; x++) {
      const source = (y * image.width + starts[x]) * channels;
      for (let c = 0; c < channels; c++) {
        let sum = 1 << (bits - 1);
        for (let i = 0, p = source + c; i < counts[x]; i++, p += channels) {
          sum = (sum + data[p] * values[x * stride + i]) | 0;
        }
        out[at++] = sum >> bits;
      }
    }
  }
  return { data: new Uint8Array(out.buffer), width, height, channels };
}

function resizeDown({ data, width, channels }: ByteImage, weights: FixedPointWeights): ByteImage {
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
