// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel, type LayerNormAttributes } from 'tfjs-clip/ops';
import { gradient, leadingAxes } from './gradient.js';

/**
 * With x̂ = (x − mean) / √(variance + epsilon) and d = dy · gamma:
 *
 *     dx = (d − mean(d) − x̂ · mean(d · x̂)) / √(variance + epsilon)
 */
export const layerNormGradient = gradient<LayerNormAttributes>(
  CLIPKernel.LayerNorm,
  ['x', 'gamma'],
  (dy, [x, gamma], { epsilon }) => {
    const centered = tf.sub(x, tf.mean(x, -1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centered), -1, true), epsilon));
    const normalized = tf.mul(centered, scale);
    return {
      x: () => {
        const d = tf.mul(dy, gamma);
        const along = tf.mul(normalized, tf.mean(tf.mul(d, normalized), -1, true));
        return tf.mul(tf.sub(tf.sub(d, tf.mean(d, -1, true)), along), scale);
      },
      gamma: () => tf.sum(tf.mul(dy, normalized), leadingAxes(x)),
      beta: () => tf.sum(dy, leadingAxes(x)),
    };
  },
);
