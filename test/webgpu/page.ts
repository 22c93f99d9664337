// SPDX-License-Identifier: Apache-2.0
/** What chromium.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { TFCLIPModel } from 'tfjs-clip';

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

Object.assign(globalThis, { run });

export type Run = typeof run;
