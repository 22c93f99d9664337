// SPDX-License-Identifier: Apache-2.0
/** Matrix products on wasm in the place of tfjs's, against those of its cpu backend. */
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { matcherOn, matchesGradients, random } from '../kernels/parity.js';
import { describeWasm } from './describeWasm.js';
import { heapBytes } from './heapBytes.js';

const matches = matcherOn('wasm');

const TRANSPOSITIONS = [
  [false, false],
  [false, true],
  [true, false],
  [true, true],
] as const;

describeWasm('matMul', () => {
  it.each([
    [[], 1, 1, 1],
    [[], 13, 13, 13],
    [[], 1, 65, 33],
    [[], 31, 17, 9],
    [[], 32, 17, 9],
    [[], 33, 130, 8],
    [[], 4, 300, 7],
    [[], 66, 35, 70],
    [[], 300, 1000, 17],
    [[3], 5, 6, 7],
    [[5], 14, 15, 16],
    [[2, 3], 17, 18, 19],
    [[1, 4], 50, 20, 50],
  ])('of %j matrices, %d × %d by as many × %d', async (batch, rows, depth, columns) => {
    for (const [transposeA, transposeB] of TRANSPOSITIONS) {
      const a = random([...batch, ...(transposeA ? [depth, rows] : [rows, depth])]);
      const b = random([...batch, ...(transposeB ? [columns, depth] : [depth, columns])]);
      await matches([a, b], ([a, b]) => tf.matMul(a, b, transposeA, transposeB), []);
    }
  });

  it.each([
    [[], [4]],
    [[4], []],
    [[1], [4]],
    [[2, 1], [3]],
    [[2, 3], [3]],
    [
      [2, 1, 3],
      [4, 1],
    ],
  ])('of %j matrices by %j is that of each by each', async (left, right) => {
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(left, right);
    for (const [transposeA, transposeB] of TRANSPOSITIONS) {
      const [aShape, bShape] = [transposeA ? [14, 13] : [13, 14], transposeB ? [15, 14] : [14, 15]];
      await matches(
        [random([...left, ...aShape]), random([...right, ...bShape])],
        ([a, b]) => {
          const isReference = tf.getBackend() === 'cpu'; // which pairs matrices otherwise
          const whole = (x: tf.Tensor, shape: number[]) =>
            isReference ? tf.broadcastTo(x, [...batch, ...shape]) : x;
          return tf.matMul(whole(a, aShape), whole(b, bShape), transposeA, transposeB);
        },
        [],
      );
    }
  });

  it('has the gradients of cpu', async () => {
    for (const [transposeA, transposeB] of TRANSPOSITIONS) {
      const [aShape, bShape] = [transposeA ? [34, 33] : [33, 34], transposeB ? [35, 34] : [34, 35]];
      const product = ([a, b]: tf.Tensor[]) => tf.matMul(a, b, transposeA, transposeB);
      await matchesGradients([random(aShape), random(bShape)], product, [0, 1], 'wasm');
      await matchesGradients([random([2, ...aShape]), random([2, ...bShape])], product, [0, 1], 'wasm');
    }
  });

  it('takes a matrix by itself, and a weight that another kernel holds in panels', async () => {
    await matches([random([40, 30])], ([x]) => tf.matMul(x, x, false, true), []);
    await matches(
      [random([40, 30]), random([30, 20])],
      ([x, kernel]) => tf.matMul(linear(x, kernel), kernel, false, true),
      [CLIPKernel.Linear],
    );
  });

  it.each([
    [
      [0, 16, 16],
      [0, 16, 16],
    ],
    [
      [0, 16],
      [16, 16],
    ],
  ])('of %j by %j is empty', async (left, right) => {
    await matches([random(left), random(right)], ([a, b]) => tf.matMul(a, b), []);
  });

  it('says what tfjs says of shapes that do not fit', () => {
    const [a, b] = [tf.zeros<tf.Rank.R2>([20, 21]), tf.zeros<tf.Rank.R2>([20, 21])];
    expect(() => tf.matMul(a, b)).toThrow(
      'Error in matMul: inner shapes (21) and (20) of Tensors with shapes 20,21 and 20,21 and transposeA=false and transposeB=false must match.',
    );
    tf.dispose([a, b]);
  });

  it('keeps its memory flat over 300 calls', async () => {
    const inputs = [tf.randomNormal([2, 150, 120]), tf.randomNormal([2, 90, 150])];
    const call = () => tf.matMul(inputs[0], inputs[1], true, true).dispose();
    call();
    const before = heapBytes();
    await leavesNoTensors(() => {
      for (let i = 0; i < 300; i++) call();
    });
    expect(heapBytes()).toBe(before);
    tf.dispose(inputs);
  });
});
