// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { logitsPerText } from './contrastive.js';
import { type Groups, type Objective, pairs } from './objective.js';

/** SigLIP's: so low that at first nearly all pairs count as the negatives they are. */
const INITIAL_BIAS = -10;

/**
 * SigLIP's loss: each text with each picture is a question by itself, answered by a sigmoid. With z = 1 for a pair, else −1:
 *
 *     − Σ log σ(z (t x·y + b)) / pictures
 *
 * Zhai et al. 2023, algorithm 1. The bias b is learned and not part of a CLIP checkpoint; start the model's `logit_scale` at
 * ln 10.
 */
export function sigmoidObjective(): Objective {
  const bias = tf.tidy(() => tf.variable(tf.scalar(INITIAL_BIAS)));
  return {
    name: 'sigmoid',
    parameters: new Map([['logit_bias', bias]]),
    loss: (batch) =>
      tf.tidy(() => {
        const logits = tf.add(logitsPerText(batch), bias);
        const negatives = pairs(batch).map((isPair) => 1 - 2 * isPair);
        const signed = tf.mul(logits, tf.tensor2d(negatives, logits.shape as [number, number]));
        return tf.div(tf.sum(softplus(signed)), batch.groupOfImage.length) as tf.Scalar;
      }),
    lossOfGuessing,
    dispose: () => bias.dispose(),
  };
}

/** The cross-entropy of one logit for all that knows how many are pairs. */
function lossOfGuessing(batch: Groups): number {
  const isPair = pairs(batch);
  const part = isPair.reduce((sum, one) => sum + one, 0) / isPair.length;
  const entropy = -[part, 1 - part].reduce((sum, p) => sum + (p > 0 ? p * Math.log(p) : 0), 0);
  return (isPair.length * entropy) / batch.groupOfImage.length;
}

/** log(1 + exp(x)) = −log σ(−x), which does not overflow. (tfjs's own logSigmoid loses its input on the way to its gradient.) */
function softplus(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.relu(x), tf.log1p(tf.exp(tf.neg(tf.abs(x)))));
}
