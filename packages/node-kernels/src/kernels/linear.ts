// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { activations, CLIPKernel, type LinearAttributes, type LinearInputs } from 'tfjs-clip/ops';
import { nodeKernel } from '../nodeKernel.js';

/** The leading axes are one to TensorFlow's MatMul; the bias and the residual are added without tfjs's casts in between. */
export const linear = nodeKernel<LinearInputs, LinearAttributes>(
  CLIPKernel.Linear,
  (tensorFlow, { x, kernel, bias, residual }, { activation }) => {
    const [inSize, outSize] = kernel.shape;
    let y = tensorFlow.matMul(tf.reshape(x, [-1, inSize]), kernel);
    if (bias) y = tensorFlow.add(y, bias);
    if (activation) y = activations[activation](y);
    y = tf.reshape(y, [...x.shape.slice(0, -1), outSize]);
    return residual ? tensorFlow.add(y, residual) : y;
  },
);
