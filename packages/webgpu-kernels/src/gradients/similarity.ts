// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { gradient } from './gradient.js';

/** With p = x · kernel and y = p / |p|: dp = (dy − y Σ dy y) / |p|. */
export const normalizedProjectionGradient = gradient(
  CLIPKernel.NormalizedProjection,
  ['x', 'kernel'],
  (dy, [x, kernel]) => {
    const projected = tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D);
    const norm = tf.sqrt(tf.sum(tf.square(projected), -1, true));
    const unit = tf.div(projected, norm);
    const along = tf.mul(unit, tf.sum(tf.mul(dy, unit), -1, true));
    const d = tf.div(tf.sub(dy, along), norm);
    return {
      x: () => tf.matMul(d, kernel, false, true),
      kernel: () => tf.matMul(x, d, true, false),
    };
  },
);

/** With s = exp(logitScale): dtexts = s dy · images, dimages = s dyᵀ · texts, dlogitScale = Σ dy (s texts · imagesᵀ). */
export const similarityGradient = gradient(
  CLIPKernel.Similarity,
  ['texts', 'images', 'logitScale'],
  (dy, [texts, images, logitScale]) => {
    const scaled = tf.mul(dy, tf.exp(logitScale));
    return {
      texts: () => tf.matMul(scaled, images),
      images: () => tf.matMul(scaled, texts, true, false),
      logitScale: () =>
        tf.reshape(tf.sum(tf.mul(scaled, tf.matMul(texts, images, false, true))), logitScale.shape),
    };
  },
);
