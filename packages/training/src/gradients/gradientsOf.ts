// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

export interface LossAndGradients {
  loss: tf.Scalar;
  /** By the names of the parameters; without those that the loss does not depend on. */
  gradients: Map<string, tf.Tensor>;
}

/**
 * tf.variableGrads by our names, of any tensor, and without its error where some of the parameters play no part.
 *
 * @param dy the gradient of what `compute` returns; of ones by default
 */
export function gradientsOf<Value extends tf.Tensor>(
  compute: () => Value,
  parameters: ReadonlyMap<string, tf.Tensor>,
  dy?: Value,
): { value: Value; gradients: Map<string, tf.Tensor> } {
  const { value, grads } = tf.engine().gradients(compute, [...parameters.values()], dy, true);
  const gradients = new Map<string, tf.Tensor>();
  for (const [i, name] of [...parameters.keys()].entries()) {
    if (grads[i]) gradients.set(name, grads[i]); // tfjs has none where the value does not depend on it.
  }
  return { value, gradients };
}
