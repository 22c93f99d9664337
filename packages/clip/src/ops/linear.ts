// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../configuration/towerConfig.js';
import { activations } from './activation.js';
import { CLIPKernel, type LinearInputs } from './contracts.js';
import { dispatch } from './dispatch.js';

export interface LinearOptions {
  bias?: tf.Tensor;
  activation?: Activation;
  /** Added last, [..., out]. */
  residual?: tf.Tensor;
}

/**
 *     activation(x · kernel + bias) + residual
 *
 * @param x [..., in]
 * @param kernel [in, out]
 * @returns [..., out]
 */
export function linear<T extends tf.Tensor>(x: T, kernel: tf.Tensor, options: LinearOptions = {}): T {
  const { bias, activation, residual } = options;
  const inputs: LinearInputs = { x, kernel, ...(bias && { bias }), ...(residual && { residual }) };
  return dispatch(CLIPKernel.Linear, inputs, { activation: activation ?? null }, () => {
    const [inSize, outSize] = kernel.shape;
    let y: tf.Tensor = tf.matMul(tf.reshape(x, [-1, inSize]), kernel as tf.Tensor2D);
    if (bias) y = tf.add(y, bias);
    if (activation) y = activations[activation](y);
    y = tf.reshape(y, [...x.shape.slice(0, -1), outSize]);
    return residual ? tf.add(y, residual) : y;
  }) as T;
}
