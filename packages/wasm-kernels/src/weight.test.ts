// SPDX-License-Identifier: Apache-2.0
/** A weight's values stand in panels or in rows, never in both, and nobody can tell. */
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { leavesNoTensors } from '../../../test/harness/leaks.js';
import { heapBytes } from '../../../test/wasm/heapBytes.js';
import './index.js';

function linear(x: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const attributes = { activation: null } as object as tf.NamedAttrMap;
  return tf.engine().runKernel(CLIPKernel.Linear, { x, kernel }, attributes) as tf.Tensor;
}

describe('a weight in panels', () => {
  beforeEach(async () => {
    await tf.setBackend('wasm');
    tf.engine().startScope();
  });

  afterEach(() => tf.engine().endScope());

  it.each([
    [1, 1],
    [5, 7],
    [3, 8],
    [12, 20],
  ])('[%d, %d] is read as it was written, and multiplies as before after that', async (rows, columns) => {
    const values = Float32Array.from({ length: rows * columns }, (_, i) => Math.sin(i));
    const [x, kernel] = [tf.ones([2, rows]), tf.tensor(values, [rows, columns])];
    const before = await linear(x, kernel).data();
    expect(await kernel.data()).toEqual(values);
    expect(await linear(x, kernel).data()).toEqual(before);
  });

  it('is a tensor like any other for tfjs’s own ops', async () => {
    const [x, kernel] = [tf.tensor2d([[1, 2]]), tf.tensor2d([3, 4, 5, 6, 7, 8], [2, 3])];
    expect(await linear(x, kernel).array()).toEqual([[15, 18, 21]]);
    expect(await tf.matMul(x, kernel).array()).toEqual([[15, 18, 21]]);
    expect(await linear(x, kernel).array()).toEqual([[15, 18, 21]]);
    expect(await tf.sum(kernel).array()).toBe(33);
    expect(await tf.transpose(kernel).array()).toEqual([
      [3, 6],
      [4, 7],
      [5, 8],
    ]);
  });

  it('is copied by tfjs while the memory grows', async () => {
    const x = tf.ones([1, 512]);
    const kernels = Array.from({ length: 40 }, (_, i) => tf.fill([512, 512], i));
    for (const kernel of kernels) linear(x, kernel);
    for (const [i, kernel] of kernels.entries()) {
      const copy = tf.engine().runKernel('Identity', { x: kernel }) as tf.Tensor;
      expect(await tf.max(copy).array()).toBe(i);
      expect(await tf.min(copy).array()).toBe(i);
    }
  });

  it('may be used under another shape, and by itself', async () => {
    const square = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    expect(await linear(square, square).array()).toEqual([
      [7, 10],
      [15, 22],
    ]);
    expect(await linear(tf.tensor2d([[2]]), tf.reshape(square, [1, 4])).array()).toEqual([[2, 4, 6, 8]]);
    expect(await linear(tf.tensor2d([[1, 1]]), square).array()).toEqual([[4, 6]]);
  });

  it('lives as long as the last tensor with its data', async () => {
    const kernel = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    const other = tf.clone(kernel);
    const x = tf.tensor2d([[1, 1]]);
    linear(x, kernel);
    kernel.dispose();
    expect(await linear(x, other).array()).toEqual([[4, 6]]);
    expect(await other.array()).toEqual([
      [1, 2],
      [3, 4],
    ]);
  });

  it('moves to another backend and back', async () => {
    const kernel = tf.tensor2d([1, 2, 3, 4], [2, 2]);
    linear(tf.ones([1, 2]), kernel);
    await tf.setBackend('cpu');
    expect(await tf.sum(kernel, 0).array()).toEqual([4, 6]);
    await tf.setBackend('wasm');
    expect(await linear(tf.ones([1, 2]), kernel).array()).toEqual([[4, 6]]);
  });

  it('of a variable is read anew after an assignment', async () => {
    const variable = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
    const x = tf.tensor2d([[1, 1]]);
    expect(await linear(x, variable).array()).toEqual([[4, 6]]);
    variable.assign(tf.add(variable, 1));
    expect(await linear(x, variable).array()).toEqual([[6, 8]]);
    variable.dispose();
  });

  it('takes the place of the rows in memory, and leaves it free', async () => {
    const size = 1024;
    const bytes = 4 * size * size;
    await leavesNoTensors(() => {
      const before = heapBytes();
      for (let round = 0; round < 5; round++) {
        tf.tidy(() => {
          const x = tf.ones([1, size]);
          const kernels = Array.from({ length: 24 }, () => tf.zeros([size, size]));
          for (const kernel of kernels) linear(x, kernel);
        });
      }
      expect(heapBytes() - before).toBeLessThan(1.4 * 24 * bytes);
    });
  });
});
