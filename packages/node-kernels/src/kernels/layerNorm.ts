// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel, type LayerNormAttributes, type LayerNormInputs } from 'tfjs-clip/ops';
import { nodeKernel } from '../nodeKernel.js';

export const layerNorm = nodeKernel<LayerNormInputs, LayerNormAttributes>(
  CLIPKernel.LayerNorm,
  (tensorFlow, { x, gamma, beta }, { epsilon }) => {
    const lastAxis = tf.tensor1d([x.rank - 1], 'int32');
    const centered = tensorFlow.sub(x, tensorFlow.mean(x, lastAxis));
    const variance = tensorFlow.mean(tensorFlow.square(centered), lastAxis);
    const scale = tensorFlow.rsqrt(tensorFlow.add(variance, tf.scalar(epsilon)));
    return tensorFlow.add(tensorFlow.mul(tensorFlow.mul(centered, scale), gamma), beta);
  },
);
