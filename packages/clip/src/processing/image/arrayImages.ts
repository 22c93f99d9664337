// SPDX-License-Identifier: Apache-2.0
/** Pictures that come as arrays of numbers, tensors above all: which axis holds the channels, and what the numbers mean. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../../errors.js';
import { checkPixelCount } from './pixelLimit.js';
import { type ByteImage, type FloatImage, isBytes, type PixelImage } from './rawImage.js';
import type { DataFormat } from './rescaleNormalize.js';

interface Layout {
  format: DataFormat;
  height: number;
  width: number;
  channels: number;
}

/**
 * int32 holds levels from 0 to 255, as `tf.browser.fromPixels` gives them; float32 anything. [height, width, channels] or
 * [channels, height, width]; of rank 4, as many pictures. The tensor stays the caller's.
 *
 * @throws InvalidArgumentError for a tensor of another rank, dtype or range, or whose channel axis cannot be told
 */
export async function fromTensor(
  tensor: tf.Tensor,
  inputDataFormat: DataFormat | null,
  maxPixels: number,
): Promise<PixelImage[]> {
  if (tensor.rank !== 3 && tensor.rank !== 4) {
    throw new InvalidArgumentError(
      `A picture tensor is [height, width, channels] or [channels, height, width], or a batch of them; got [${tensor.shape}].`,
    );
  }
  const count = tensor.rank === 4 ? tensor.shape[0] : 1;
  const layout = layoutOf(tensor.shape.slice(-3), inputDataFormat);
  checkPixelCount(layout.width, layout.height, `A picture of the tensor [${tensor.shape}]`, maxPixels);
  const data = toPixelArray(await tensor.data(), tensor.dtype);
  const length = layout.height * layout.width * layout.channels;
  return Array.from({ length: count }, (_, i) =>
    interleave(data.subarray(i * length, (i + 1) * length), layout),
  );
}

/** HF's infer_channel_dimension_format: the axis of 1 or 3, the first of them if both are. */
function layoutOf(shape: number[], inputDataFormat: DataFormat | null): Layout {
  const isChannels = (size: number) => size === 1 || size === 3;
  const format =
    inputDataFormat ??
    (isChannels(shape[0]) ? 'channels_first' : isChannels(shape[2]) ? 'channels_last' : null);
  if (format === 'channels_first') return { format, channels: shape[0], height: shape[1], width: shape[2] };
  if (format === 'channels_last') return { format, height: shape[0], width: shape[1], channels: shape[2] };
  throw new InvalidArgumentError(
    `Neither the first nor the last axis of [${shape}] is 1 or 3 channels; say where they are with ` +
      "inputDataFormat: 'channels_first' or 'channels_last'.",
  );
}

function toPixelArray(values: ArrayLike<number>, dtype: tf.DataType): Uint8Array | Float32Array {
  if (dtype === 'float32') return values as Float32Array;
  if (dtype !== 'int32') {
    throw new InvalidArgumentError(`A picture tensor must be int32 or float32, got ${dtype}.`);
  }
  for (let i = 0; i < values.length; i++) {
    if (values[i] >= 0 && values[i] <= 255) continue;
    throw new InvalidArgumentError(
      `An int32 picture holds levels from 0 to 255, got ${values[i]}; make it float32 if other values are meant.`,
    );
  }
  return Uint8Array.from(values);
}

function interleave(
  data: Uint8Array | Float32Array,
  { format, height, width, channels }: Layout,
): PixelImage {
  if (format === 'channels_last' || channels === 1) return { data, width, height, channels };
  const out = data.slice();
  for (let c = 0, from = 0; c < channels; c++) {
    for (let to = c; to < out.length; to += channels) out[to] = data[from++];
  }
  return { data: out, width, height, channels };
}

export function isFloatImage(image: unknown): image is FloatImage {
  return (image as FloatImage | null)?.data instanceof Float32Array;
}

/** @throws InvalidArgumentError for sizes that do not fit the data, ImageError for no pixels or too many */
export function checkFloatImage(image: FloatImage, maxPixels: number): FloatImage {
  const { data, width, height, channels } = image;
  if ([width, height, channels].every(Number.isInteger) && data.length === width * height * channels) {
    checkPixelCount(width, height, 'The picture', maxPixels);
    return image;
  }
  throw new InvalidArgumentError(
    `A picture { data, width, height, channels } has width × height × channels values; got ${data.length} for ` +
      `${width} × ${height} × ${channels}.`,
  );
}

/**
 * What Pillow can resize of an array that is not bytes (HF's _rescale_for_pil_conversion): whole levels from 0 to 255, or
 * fractions of them from 0 to 1, cut off to levels.
 *
 * @throws InvalidArgumentError for values in neither range, or more channels than Pillow has
 */
export function toLevels(image: PixelImage): { levels: ByteImage; areFractions: boolean } {
  const { data, channels } = image;
  if (channels > 4) {
    throw new InvalidArgumentError(
      `Pillow resizes pictures of 1 to 4 channels, got ${channels}; pass doResize: false, or use CLIPImageProcessorFast.`,
    );
  }
  if (isBytes(image)) return { levels: image, areFractions: false };
  const areFractions = !data.every(isNearlyWhole);
  const largest = areFractions ? 1 : 255;
  const outside = data.find((value) => !(value >= 0 && value <= largest));
  if (outside !== undefined) {
    throw new InvalidArgumentError(
      `Pillow resizes float pictures whose values are whole from 0 to 255, or all from 0 to 1; got ${outside}. ` +
        'Scale them, pass doResize: false, or use CLIPImageProcessorFast.',
    );
  }
  const scale = areFractions ? 255 : 1;
  const bytes = Uint8Array.from(data as Float32Array, (value) => Math.fround(value * scale));
  return { levels: { ...image, data: bytes }, areFractions };
}

/** numpy.allclose(value, int(value)) */
function isNearlyWhole(value: number): boolean {
  const whole = Math.trunc(value);
  return Math.abs(value - whole) <= 1e-8 + 1e-5 * Math.abs(whole);
}
