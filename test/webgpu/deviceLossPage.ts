// SPDX-License-Identifier: Apache-2.0
/** What deviceLossChromium.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import { recovering } from '@tfjs-clip/webgpu-kernels';
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { cases, config, loseDeviceAt } from './deviceLossCases.js';

/** @param address of emoji-clip, for its processor */
async function lose(address: string) {
  const processor = await CLIPProcessor.fromPretrained(address);
  const results: { task: string; actual: number[]; expected: number[]; leaked: number; losses: number }[] =
    [];
  await tf.setBackend('cpu');
  const model = new TFCLIPModel(config);
  for (const [task, { call, program }] of Object.entries(cases)) {
    await tf.setBackend('cpu');
    const expected = await call({ model, processor });
    if (!(await tf.setBackend('webgpu'))) throw new Error('There is no WebGPU here.');
    const before = { backend: tf.backend(), tensors: tf.memory().numTensors };
    loseDeviceAt(2, program);
    const actual = await call({ model, processor });
    const leaked = tf.memory().numTensors - before.tensors;
    results.push({ task, actual, expected, leaked, losses: Number(tf.backend() !== before.backend) });
  }
  model.dispose();
  return results;
}

/** Computes one thing until the backend has been replaced; gives the results, each once. */
async function outlive() {
  if (!(await tf.setBackend('webgpu'))) throw new Error('There is no WebGPU here.');
  const first = tf.backend();
  const x = tf.tensor1d([1, 2, 3]);
  const results = new Set<string>();
  while (tf.backend() === first) {
    const y = await recovering(() => tf.tidy(() => tf.square(tf.square(x))));
    results.add(String(await y.data()));
    y.dispose();
    Object.assign(globalThis, { isComputing: true });
  }
  x.dispose();
  return [...results];
}

Object.assign(globalThis, { lose, outlive });

export type Lose = typeof lose;
export type Outlive = typeof outlive;
