// SPDX-License-Identifier: Apache-2.0
/** Processed pictures put together: padded to one size, stacked into one tensor. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../../errors.js';
import type { DataFormat } from './rescaleNormalize.js';
import type { PixelSize } from './resizeSize.js';

/** [channels, height, width] or [height, width, channels] */
export type PixelShape = [number, number, number];

export interface PixelArray {
  data: Float32Array;
  shape: PixelShape;
}

/** What `preprocess` returns with `returnTensors: null`; each picture is as large as it came out. */
export interface PixelArrays {
  pixelValues: Float32Array[];
  shapes: PixelShape[];
}

/** @throws InvalidArgumentError for pictures of different shapes */
export function stackPixels(pixels: readonly PixelArray[]): tf.Tensor4D {
  const [{ shape }] = pixels;
  const other = pixels.findIndex((each) => String(each.shape) !== String(shape));
  if (other >= 0) {
    throw new InvalidArgumentError(
      `Pictures of different shapes make no tensor: picture 0 is [${shape}], picture ${other} [${pixels[other].shape}]. ` +
        'Resize or crop them to one size, or pass doPad: true or returnTensors: null.',
    );
  }
  const size = pixels[0].data.length;
  const values = new Float32Array(size * pixels.length);
  for (const [i, { data }] of pixels.entries()) values.set(data, i * size);
  return tf.tensor4d(values, [pixels.length, ...shape], 'float32');
}

/** HF's `pad`: zeros to the right and below, up to `padSize` or else the largest picture. */
export function padPixels(
  pixels: readonly PixelArray[],
  padSize: PixelSize | null,
  dataFormat: DataFormat,
): PixelArray[] {
  const sizes = pixels.map(({ shape }) => sizeOf(shape, dataFormat));
  const height = padSize?.height ?? Math.max(...sizes.map((size) => size.height));
  const width = padSize?.width ?? Math.max(...sizes.map((size) => size.width));
  return pixels.map((each, i) => {
    if (sizes[i].height <= height && sizes[i].width <= width) return pad(each, { height, width }, dataFormat);
    throw new InvalidArgumentError(
      `padSize is ${width} × ${height}, but picture ${i} is ${sizes[i].width} × ${sizes[i].height}; padding cannot ` +
        'make it smaller. Raise padSize, or crop first.',
    );
  });
}

function pad({ data, shape }: PixelArray, to: PixelSize, dataFormat: DataFormat): PixelArray {
  const from = sizeOf(shape, dataFormat);
  const isFirst = dataFormat === 'channels_first';
  const channels = isFirst ? shape[0] : shape[2];
  const [planes, step] = isFirst ? [channels, 1] : [1, channels];
  const padded = new Float32Array(channels * to.height * to.width);
  for (let row = 0; row < planes * from.height; row++) {
    const plane = Math.floor(row / from.height);
    const source = data.subarray(row * from.width * step, (row + 1) * from.width * step);
    padded.set(source, (plane * to.height + (row % from.height)) * to.width * step);
  }
  const { height, width } = to;
  return { data: padded, shape: isFirst ? [channels, height, width] : [height, width, channels] };
}

function sizeOf([a, b, c]: PixelShape, dataFormat: DataFormat): PixelSize {
  return dataFormat === 'channels_first' ? { height: b, width: c } : { height: a, width: b };
}
