// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel, type LinearAttributes } from 'tfjs-clip/ops';
import { derivativeOf } from './activation.js';
import { gradient } from './gradient.js';

/**
 * With d = dy · activation′(x · kernel + bias), computed anew rather than kept:
 *
 *     dx = d · kernelᵀ    dkernel = xᵀ · d    dbias = Σ d    dresidual = dy
 */
export const linearGradient = gradient<LinearAttributes>(
  CLIPKernel.Linear,
  ['x', 'kernel', 'bias'],
  (dy, [x, kernel, bias], { activation }) => {
    const [inSize, outSize] = kernel.shape;
    const rows = tf.reshape(x, [-1, inSize as number]);
    let d: tf.Tensor = tf.reshape(dy, [-1, outSize as number]);
    if (activation)
      d = tf.mul(d, derivativeOf(activation, tf.add(tf.matMul(rows, kernel as tf.Tensor2D), bias)));
    return {
      x: () => tf.reshape(tf.matMul(d, kernel, false, true), x.shape),
      kernel: () => tf.matMul(rows, d, true, false),
      bias: () => tf.sum(d, 0),
      residual: () => tf.clone(dy),
    };
  },
);
