// SPDX-License-Identifier: Apache-2.0
/** What deviceLossChromium.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import '@tfjs-clip/webgpu-kernels';
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

Object.assign(globalThis, { lose });

export type Lose = typeof lose;
