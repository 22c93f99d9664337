// SPDX-License-Identifier: Apache-2.0
/** Clones on wasm share their values, and outlive one another. */
import * as tf from '@tensorflow/tfjs';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { describeWasm } from './describeWasm.js';
import { heapBytes } from './heapBytes.js';

describeWasm('a clone', () => {
  it.each(['float32', 'int32', 'bool', 'string'] as const)(
    'of %s has the values of its tensor',
    async (dtype) => {
      const values = dtype === 'string' ? ['a', 'b'] : [1, 0];
      await leavesNoTensors(async () => {
        const tensor = tf.tensor(values, [2], dtype);
        const clone = tensor.clone();
        tensor.dispose();
        expect(clone.dtype).toBe(dtype);
        expect([...(await clone.data<typeof dtype>())]).toEqual(values);
        return clone;
      });
    },
  );

  it('keeps its values when its variable gets others', async () => {
    await leavesNoTensors(async () => {
      const [first, second] = [tf.tensor1d([1, 2]), tf.tensor1d([3, 4])];
      const variable = tf.variable(first);
      const clone = variable.clone();
      variable.assign(second);
      expect([...(await clone.data())]).toEqual([1, 2]);
      expect([...(await variable.data())]).toEqual([3, 4]);
      return [first, second, variable, clone];
    });
  });

  it('of a weight that a kernel holds in panels has its rows', async () => {
    await leavesNoTensors(async () => {
      const [x, kernel] = [tf.ones<tf.Rank.R2>([2, 3]), tf.tensor2d([1, 2, 3, 4, 5, 6], [3, 2])];
      const clone = kernel.clone();
      const first = linear(x, kernel);
      kernel.dispose();
      expect([...(await clone.data())]).toEqual([1, 2, 3, 4, 5, 6]);
      const second = linear(x, clone as tf.Tensor2D);
      expect([...(await second.data())]).toEqual([...(await first.data())]);
      return [x, clone, first, second];
    });
  });

  it('takes no memory', () => {
    const tensor = tf.zeros([1 << 20]);
    const before = heapBytes();
    const clones = Array.from({ length: 100 }, () => tensor.clone());
    expect(heapBytes()).toBe(before);
    tf.dispose([tensor, ...clones]);
  });
});
