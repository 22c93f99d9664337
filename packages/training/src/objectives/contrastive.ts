// SPDX-License-Identifier: Apache-2.0
/** CLIP's loss, and the same with several positives. */
import * as tf from '@tensorflow/tfjs';
import { clipLoss } from 'tfjs-clip';
import { type EmbeddedBatch, type Groups, type Objective, pairs } from './objective.js';

/** CLIP's symmetric cross-entropy: text i belongs to picture i and to no other. Radford et al. 2021, figure 3. */
export function contrastiveObjective(): Objective {
  return withoutParameters('contrastive', (batch) => clipLoss(logitsPerText(batch)));
}

/**
 * The same where a text may have several pictures and a picture several texts: cross-entropy with a target that spreads
 * evenly over the positives, of texts and of pictures, averaged. Khosla et al. 2020 (SupCon, L_out) without its
 * augmented views. Equal to `contrastiveObjective` where every group has one text and one picture.
 */
export function multiPositiveObjective(): Objective {
  return withoutParameters('multi-positive', (batch) =>
    tf.tidy(() => {
      const logits = logitsPerText(batch);
      const positives = tf.tensor2d(pairs(batch), logits.shape);
      const sum = tf.add(
        crossEntropy(logits, positives),
        crossEntropy(tf.transpose(logits), tf.transpose(positives)),
      );
      return tf.div(sum, 2) as tf.Scalar;
    }),
  );
}

/** texts · imagesᵀ · exp(logitScale), [texts, images]. */
export function logitsPerText({ textEmbeds, imageEmbeds, logitScale }: EmbeddedBatch): tf.Tensor2D {
  return tf.mul(tf.matMul(textEmbeds, imageEmbeds, false, true), tf.exp(logitScale));
}

/** Mean over rows; each row of `positives` has a 1 at least once. */
function crossEntropy(logits: tf.Tensor2D, positives: tf.Tensor2D): tf.Tensor {
  const targets = tf.div(positives, tf.sum(positives, -1, true));
  return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, -1), targets), -1)));
}

function withoutParameters(name: string, loss: Objective['loss']): Objective {
  return { name, loss, lossOfGuessing, parameters: new Map(), dispose: () => {} };
}

/** The cross-entropy of equal logits: ln of how many there are to choose from. */
function lossOfGuessing({ groupOfText, groupOfImage }: Groups): number {
  return (Math.log(groupOfText.length) + Math.log(groupOfImage.length)) / 2;
}
