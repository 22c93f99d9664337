// SPDX-License-Identifier: Apache-2.0
/** Pixel values against those that transformers' two image processors made of the same pictures and arrays. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';
import { noise } from '../../../../../test/harness/noise.js';
import {
  CLIPImageProcessor,
  CLIPImageProcessorFast,
  type ImageInput,
  type PreprocessOptions,
} from './index.js';

type Given =
  | { photo: string }
  | { file: string }
  | { kind: string; width: number; height: number; channels: 1 | 2 | 3 | 4; first?: boolean };

interface Case {
  backend: 'pillow' | 'torchvision';
  input: Given;
  options: PreprocessOptions;
}

const fixtures = path.resolve(__dirname, '../../../../../test/fixtures');
const { hashed, values } = JSON.parse(readFileSync(path.join(fixtures, 'pixels/pixels.json'), 'utf8')) as {
  hashed: (Case & { shape: number[]; sha256: string; start: number[] })[];
  values: Case[];
};
const processors = { pillow: new CLIPImageProcessor(), torchvision: new CLIPImageProcessorFast() };
const described = ({ backend, input, options }: Case) =>
  `${backend} ${JSON.stringify(input)} ${JSON.stringify(options)}`;

describe('pixel values are those of transformers, bit for bit', () => {
  it.each(hashed.map((each) => [described(each), each] as const))('%s', async (_, each) => {
    const { pixels, shape } = await preprocess(each);
    expect({ shape, start: [...pixels.slice(0, 3)] }).toEqual({ shape: each.shape, start: each.start });
    const bytes = new Uint8Array(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(each.sha256);
  });
});

describe('pixel values of floats, which torch resizes in single precision', () => {
  it.each(values.map((each, i) => [described(each), each, i] as const))('%s', async (_, each, i) => {
    const reader = await SafetensorsReader.open(
      await openSource(path.join(fixtures, 'pixels/values.safetensors')),
    );
    const expected = (await reader.data(`values${i}`)) as Float32Array;
    await reader.close();
    const { pixels } = await preprocess(each);
    // Bytes have one right answer. torch adds floats in an order of its own: some units in the last place of 255.
    if ('kind' in each.input && each.input.kind === 'picture') expect(pixels).toEqual(expected);
    else await expect(pixels).toBeCloseToTensor(expected, 2e-6);
  });
});

async function preprocess({ backend, input, options }: Case) {
  const image = toImage(input);
  const { pixelValues, shapes } = await processors[backend].preprocess(image, {
    ...options,
    returnTensors: null,
  });
  tf.dispose(image instanceof tf.Tensor ? image : []);
  return { pixels: pixelValues[0], shape: shapes[0] };
}

function toImage(input: Given): ImageInput {
  if ('photo' in input) return path.join(fixtures, 'images/photos', input.photo);
  if ('file' in input) return path.join(fixtures, 'pixels', input.file);
  const { kind, width, height, channels, first } = input;
  const data = noise(width * height * channels);
  if (kind === 'picture') return { data, width, height, channels };
  return tf.tidy(() => {
    const levels = tf.tensor3d(data, [height, width, channels], kind === 'int32' ? 'int32' : 'float32');
    const image =
      kind === 'fractions'
        ? tf.tensor3d(
            Float32Array.from(data, (v) => v / 255),
            levels.shape,
          )
        : levels;
    return first ? tf.transpose(image, [2, 0, 1]) : image;
  });
}
