// SPDX-License-Identifier: Apache-2.0
/** What training.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { TFCLIPModel } from 'tfjs-clip';
import { type Given, train } from './train.js';

async function run(address: string, given: Given, steps: number) {
  if (!(await tf.setBackend('webgpu'))) throw new Error('There is no WebGPU here.');
  const { device } = tf.backend() as WebGPUBackend;
  device.pushErrorScope('validation');
  const model = await TFCLIPModel.fromPretrained(address);
  const training = await train(model, given, steps);
  const { values, shape } = given.pixelValues;
  const pixelValues = tf.tensor4d(values, shape);
  const loss = () => tf.sum(model.getImageFeatures({ pixelValues })) as tf.Scalar;
  const differentiate = () => tf.tidy(() => tf.variableGrads(loss, model.trainableWeights).value);
  const programs = (await profileDispatches(differentiate)).map(({ program }) => program);
  pixelValues.dispose();
  model.dispose();
  const error = (await device.popErrorScope())?.message ?? null;
  return { ...training, programs: [...new Set(programs)], error };
}

Object.assign(globalThis, { run });

export type Run = typeof run;
