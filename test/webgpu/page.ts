// SPDX-License-Identifier: Apache-2.0
/** What chromium.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { profileDispatches, tuneKernels } from '@tfjs-clip/webgpu-kernels';
import { TFCLIPModel } from 'tfjs-clip';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { draw, largestDifference } from './randomShapes.js';

export interface Given {
  inputIds: { shape: number[]; values: number[] };
  attentionMask: { shape: number[]; values: number[] };
  pixelValues: { shape: number[]; values: number[] };
}

async function run(address: string, { inputIds, attentionMask, pixelValues }: Given) {
  if (!(await tf.setBackend('webgpu'))) throw new Error('There is no WebGPU here.');
  const { device } = tf.backend() as WebGPUBackend;
  device.pushErrorScope('validation');
  const model = await TFCLIPModel.fromPretrained(address);
  const inputs = {
    inputIds: tf.tensor2d(inputIds.values, inputIds.shape as [number, number], 'int32'),
    attentionMask: tf.tensor2d(attentionMask.values, attentionMask.shape as [number, number], 'int32'),
    pixelValues: tf.tensor4d(pixelValues.values, pixelValues.shape as [number, number, number, number]),
  };
  const before = tf.memory().numTensors;
  const output = model.call(inputs, { returnLoss: true });
  const logits = [...(await output.logitsPerImage.data())];
  const loss = (await output.loss!.data())[0];
  output.dispose();
  const leaked = tf.memory().numTensors - before;
  const programs = (await profileDispatches(() => model.getImageFeatures(inputs))).map(
    ({ program }) => program,
  );
  model.dispose();
  tf.dispose(Object.values(inputs));
  const error = (await device.popErrorScope())?.message ?? null;
  return { logits, loss, leaked, programs: [...new Set(programs)], error };
}

/** Of each kernel, at sizes drawn at random, to tfjs's ops on cpu. */
async function differences() {
  await tf.setBackend('webgpu');
  const { device } = tf.backend() as WebGPUBackend;
  device.pushErrorScope('validation');
  const all: Record<string, number> = {};
  for (const drawn of draw()) all[drawn.name] = await largestDifference(drawn, 'webgpu');
  return { all, error: (await device.popErrorScope())?.message ?? null };
}

/** How many products were measured, at first and then; and what the browser's Cache holds of them. */
async function tune() {
  await tf.setBackend('webgpu');
  const [x, kernel] = [tf.ones([3, 8]), tf.ones([8, 12])];
  const call = () => linear(x, kernel);
  const measured = [await tuneKernels(call), await tuneKernels(call)];
  const saved = await caches.match('https://tfjs-clip.invalid/webgpu-tiles.json');
  return { measured, saved: (await saved?.json()) as Record<string, Record<string, string>> };
}

Object.assign(globalThis, { run, differences, tune });

export type Run = typeof run;
export type Differences = typeof differences;
export type Tune = typeof tune;
