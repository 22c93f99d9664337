// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

/** √ Σ g² over all of them, []. */
export function globalNorm(gradients: Iterable<tf.Tensor>): tf.Scalar {
  return tf.tidy(
    () => tf.sqrt(tf.addN([...gradients].map((gradient) => tf.sum(tf.square(gradient))))) as tf.Scalar,
  );
}

/**
 * Scales all gradients by one factor so that their norm is at most `maxNorm`, as torch.nn.utils.clip_grad_norm_:
 * min(1, maxNorm / (norm + 1e-6)). Pascanu et al. 2013, algorithm 1.
 *
 * @returns new tensors, and the norm before
 */
export function clipGradients(
  gradients: ReadonlyMap<string, tf.Tensor>,
  maxNorm: number,
): { clipped: Map<string, tf.Tensor>; norm: tf.Scalar } {
  const norm = globalNorm(gradients.values());
  const factor = tf.tidy(() => tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), 1));
  const clipped = new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, factor)]));
  factor.dispose();
  return { clipped, norm };
}
