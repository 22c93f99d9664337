// SPDX-License-Identifier: Apache-2.0
/** A step of AdamW by TensorFlow's own Adam, against tfjs's ops on the cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { AdamW } from '@tfjs-clip/training';
import { CLIPKernel } from 'tfjs-clip/ops';
import { backends } from '../harness/backends.js';
import { relativeDifference } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { random, type Values } from '../kernels/parity.js';

(backends.includes('tensorflow') ? describe : describe.skip)('AdamW on tfjs-node', () => {
  beforeAll(() => import('@tfjs-clip/node-kernels'));

  it.each([[[]], [[7]], [[3, 5]]])('three steps on %j, in place of tfjs’s ops', async (shape) => {
    const [start, ...gradients] = [random(shape), random(shape), random(shape), random(shape, 1e-3)];
    const tensorOf = ({ values }: Values) => tf.tensor(values as Float32Array, shape);
    const stepped = async (backend: string) => {
      await tf.setBackend(backend);
      const parameter = tf.tidy(() => tf.variable(tensorOf(start)));
      const optimizer = new AdamW(new Map([['weight', parameter]]), {
        weightDecay: 0.5,
        decayOf: () => true,
      });
      for (const given of gradients) {
        const gradient = tensorOf(given);
        optimizer.apply(new Map([['weight', gradient]]), 0.1);
        gradient.dispose();
      }
      const tensors = [parameter, ...optimizer.state().values()];
      const values = await Promise.all(tensors.map((tensor) => tensor.data()));
      optimizer.dispose();
      parameter.dispose();
      return values;
    };
    await leavesNoTensors(async () => {
      const expected = await stepped('cpu');
      const { kernelNames, newTensors } = await tf.profile(async () => {
        for (const [i, values] of (await stepped('tensorflow')).entries()) {
          expect(relativeDifference(values, expected[i])).toBeLessThan(1.5e-5); // TensorFlow has 1 − β₂ in float32.
        }
      });
      expect(newTensors).toBe(0);
      expect(kernelNames).toContain(CLIPKernel.AdamW);
      expect(kernelNames).not.toContain(tf.Sqrt);
    });
  });
});
