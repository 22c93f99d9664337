// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from './contracts.js';
import { dispatch } from './dispatch.js';

/**
 * Layer normalisation over the last axis, with the biased variance and epsilon inside the root:
 *
 *     (x − mean) / √(variance + epsilon) · gamma + beta
 *
 * @param x [..., width]
 * @returns a tensor shaped like `x`. Ba et al. 2016, §3.
 */
export function layerNorm<T extends tf.Tensor>(x: T, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): T {
  return dispatch(CLIPKernel.LayerNorm, { x, gamma, beta }, { epsilon }, () => {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centered), -1, true);
    const normalized = tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(normalized, gamma), beta);
  }) as T;
}
