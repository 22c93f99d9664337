// SPDX-License-Identifier: Apache-2.0
/** For the test: plain tfjs opens a converted tower. */
import * as tf from '@tensorflow/tfjs';
import 'tfjs-clip'; // registers the layers that a tower is made of
import { useBackend } from './backend.js';

const towers = {
  backend: await useBackend(new URLSearchParams(location.search).get('backend')!),

  /** What the model at an address makes of inputs, and how many tensors that left behind. */
  async predict(
    address: string,
    inputs: { values: number[]; shape: number[]; dtype: 'int32' | 'float32' }[],
  ) {
    const before = tf.memory().numTensors;
    const model = await tf.loadLayersModel(address);
    const tensors = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
    const output = model.predict(tensors.length === 1 ? tensors[0] : tensors) as tf.Tensor;
    const values = Array.from(await output.data());
    const { shape } = output;
    tf.dispose([tensors, output]);
    model.dispose();
    return { values, shape, leaked: tf.memory().numTensors - before };
  },
};

Object.assign(window, { towers });

declare global {
  interface Window {
    towers: typeof towers;
  }
}
