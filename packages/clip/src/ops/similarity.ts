// SPDX-License-Identifier: Apache-2.0
/** CLIP's shared space: unit vectors and the scaled cosines between them. Radford et al. 2021, figure 3. */
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from './contracts.js';
import { dispatch } from './dispatch.js';
import { linear } from './linear.js';

/** x · kernel, each row divided by its L2 norm (no epsilon, as in HF): [batch, in] · [in, out] → [batch, out]. */
export function normalizedProjection(x: tf.Tensor2D, kernel: tf.Tensor): tf.Tensor2D {
  return dispatch(CLIPKernel.NormalizedProjection, { x, kernel }, {}, () => {
    const projected = linear(x, kernel);
    return tf.div(projected, tf.sqrt(tf.sum(tf.square(projected), -1, true)));
  }) as tf.Tensor2D;
}

/** texts · imagesᵀ · exp(logitScale): [texts, width] and [images, width] → [texts, images]. */
export function similarity(texts: tf.Tensor2D, images: tf.Tensor2D, logitScale: tf.Tensor): tf.Tensor2D {
  return dispatch(CLIPKernel.Similarity, { texts, images, logitScale }, {}, () =>
    tf.mul(tf.matMul(texts, images, false, true), tf.exp(logitScale)),
  ) as tf.Tensor2D;
}

/** How likely each text is among the texts for a picture, softmax(images · textsᵀ · exp(logitScale)): [images, texts]. */
export function similaritySoftmax(
  texts: tf.Tensor2D,
  images: tf.Tensor2D,
  logitScale: tf.Tensor,
): tf.Tensor2D {
  return dispatch(CLIPKernel.SimilaritySoftmax, { texts, images, logitScale }, {}, () =>
    tf.softmax(similarity(images, texts, logitScale)),
  ) as tf.Tensor2D;
}
