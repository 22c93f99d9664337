// SPDX-License-Identifier: Apache-2.0
/** Masks and dropout; values and gradients are in ops.test.ts. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { attention } from './attention.js';
import { causalMask } from './attentionMask.js';

/** Queries and keys are zero, so all visible keys share evenly; values are the states themselves. */
function even(states: tf.Tensor3D, dropout: number, mask?: ReturnType<typeof causalMask>) {
  const width = states.shape[2];
  const nothing = () => ({ kernel: tf.zeros([width, width]), bias: tf.zeros([width]) });
  const value = { kernel: tf.eye(width), bias: tf.zeros([width]) };
  const parts = { query: nothing(), key: nothing(), value };
  return { ...attention(states, { ...parts, numHeads: 1, mask, dropout, outputAttentions: true }) };
}

describeBackends('attention', () => {
  it.each([
    [
      'every key',
      undefined,
      [
        [1, 1, 1],
        [1, 1, 1],
        [1, 1, 1],
      ],
    ],
    [
      'the keys before it',
      () => causalMask(3),
      [
        [1, 0, 0],
        [1, 1, 0],
        [1, 1, 1],
      ],
    ],
    [
      'the real keys before it',
      () => causalMask(3, tf.tensor2d([[1, 0, 1]], [1, 3], 'int32')),
      [
        [1, 0, 0],
        [1, 0, 0],
        [1, 0, 1],
      ],
    ],
    [
      'all keys alike where it may see none',
      () => causalMask(3, tf.tensor2d([[0, 0, 1]], [1, 3], 'int32')),
      [
        [1, 1, 1],
        [1, 1, 1],
        [0, 0, 1],
      ],
    ],
  ] as [string, (() => ReturnType<typeof causalMask>) | undefined, number[][]][])(
    'a query sees %s',
    async (_, mask, visible) => {
      await leavesNoTensors(async () => {
        const output = tf.tidy(() => even(tf.ones([1, 3, 2]), 0, mask?.()));
        const sums = visible.map((row) => row.reduce((a, b) => a + b));
        const expected = visible.map((row, i) => row.map((x) => x / sums[i]));
        await expect(output.attentions!).toBeCloseToTensor(new Float32Array(expected.flat()), 1e-6);
        return output;
      });
    },
  );

  it('dropout drops that share of the attentions, makes the others larger, and returns them as they were', async () => {
    const keys = 400;
    const { hiddenStates, attentions } = tf.tidy(() => even(tf.ones([1, keys, 1]), 0.25));
    const [sums, probabilities] = [await hiddenStates.data(), await attentions!.data()];
    expect([...new Set(probabilities)]).toHaveLength(1);
    // Each sum holds k of 400 attentions at 1 / (400 · 0.75): its mean is 1.
    const mean = (sums as Float32Array).reduce((a, b) => a + b) / keys;
    expect(Math.abs(mean - 1)).toBeLessThan(0.01);
    expect(new Set(sums).size).toBeGreaterThan(20);
    tf.dispose([hiddenStates, attentions!]);
  });
});
