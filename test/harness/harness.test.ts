// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from './backends.js';
import { leavesNoTensors } from './leaks.js';

describeBackends('the harness', (backend) => {
  it('runs on the backend it names and accepts close numbers only', async () => {
    expect(tf.getBackend()).toBe(backend);
    const square = tf.square(tf.tensor([1, 2, 3]));
    await expect(square).toBeCloseToTensor([1, 4, 9.0005], 1e-4);
    await expect(expect(square).toBeCloseToTensor([1, 4, 9.01], 1e-4)).rejects.toThrow('element 2');
    tf.dispose(square);
  });

  it('notices a leak', async () => {
    await leavesNoTensors(() => tf.ones([2]));
    await expect(leavesNoTensors(() => void tf.ones([2]))).rejects.toThrow();
  });
});
