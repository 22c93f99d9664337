// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { TFCLIPModel } from 'tfjs-clip';
import type { TrainingBatch } from '../batch.js';

/** Unit vectors of the texts, [texts, projectionDim]. */
export function embedTexts(
  model: TFCLIPModel,
  { inputIds, attentionMask }: Pick<TrainingBatch, 'inputIds' | 'attentionMask'>,
): tf.Tensor2D {
  return tf.tidy(() => toUnitLength(model.getTextFeatures({ inputIds, attentionMask }, { training: true })));
}

/** Unit vectors of the pictures, [images, projectionDim]. */
export function embedImages(
  model: TFCLIPModel,
  { pixelValues }: Pick<TrainingBatch, 'pixelValues'>,
): tf.Tensor2D {
  return tf.tidy(() => toUnitLength(model.getImageFeatures({ pixelValues }, { training: true })));
}

function toUnitLength(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.sum(tf.square(x), -1, true)));
}
