// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

/** Fails if `action` leaves more or fewer tensors behind than it found, after what it returns is disposed. */
export async function leavesNoTensors(action: () => unknown): Promise<void> {
  const before = tf.memory().numTensors;
  const result = await action();
  tf.dispose(result as tf.TensorContainer);
  expect(tf.memory().numTensors - before).toBe(0);
}
