// SPDX-License-Identifier: Apache-2.0
/** Calls that outlive the device they were computed on. */
import * as tf from '@tensorflow/tfjs';
import { DeviceLostError } from '../errors.js';

/** A backend whose device may be lost, and that can put another in its place. */
export interface RecoverableBackend {
  isLost(): Promise<boolean>;
  /** Once it has ended, tfjs computes elsewhere, and every tensor that has values in the program's memory is there. */
  recover(): Promise<void>;
}

/**
 * What `compute` gives, its tensors computed and read. If the device is lost meanwhile, `compute` runs once more on the
 * device that takes its place. On a backend that cannot be lost this is `compute()` and nothing else.
 *
 * @param compute may run twice. It disposes of what it does not return, and the tensors it takes from outside were made of
 *   numbers, or have been read
 * @throws DeviceLostError if the second device is lost too, or the values of a tensor went with the first
 */
export async function recovering<Result>(compute: () => Result | Promise<Result>): Promise<Result> {
  const first = recoverableBackend();
  if (!first) return compute();
  try {
    return await computed(compute);
  } catch (error) {
    if (!(await first.isLost())) throw error;
  }
  await first.recover();
  const second = recoverableBackend();
  try {
    return await computed(compute);
  } catch (error) {
    if (!(await second?.isLost())) throw error;
    throw new DeviceLostError(
      'The device was lost, and so was the one that took its place. Use smaller batches, or another backend.',
      { cause: error },
    );
  }
}

function recoverableBackend(): RecoverableBackend | null {
  const backend = tf.backend() as tf.KernelBackend & Partial<RecoverableBackend>;
  return backend.isLost && backend.recover ? (backend as RecoverableBackend) : null;
}

/** A tensor is known to be computed when its values have come: a lost device takes work and says nothing. */
async function computed<Result>(compute: () => Result | Promise<Result>): Promise<Result> {
  const result = await compute();
  const tensors = ArrayBuffer.isView(result)
    ? [] // Numbers; looking for tensors among them would take its time.
    : tf.tensor_util.getTensorsInContainer(result as tf.TensorContainer);
  try {
    await Promise.all(tensors.map((tensor) => tensor.data()));
    return result;
  } catch (error) {
    tf.dispose(tensors);
    throw error;
  }
}
