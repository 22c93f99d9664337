// SPDX-License-Identifier: Apache-2.0
/** The contrastive loss of CLIP, and the three losses of HF's image classifiers. Scalars, differentiable. */
import * as tf from '@tensorflow/tfjs';
import type { ProblemType } from '../configuration/index.js';
import { InvalidArgumentError } from '../errors.js';

/** Mean over rows of the cross-entropy that picks the diagonal: [n, n] → []. HF `contrastive_loss`. */
export function contrastiveLoss(logits: tf.Tensor2D): tf.Scalar {
  return tf.tidy(() => {
    const diagonal = tf.sum(tf.mul(tf.logSoftmax(logits, -1), tf.eye(logits.shape[0])), -1);
    return tf.neg(tf.mean(diagonal)) as tf.Scalar;
  });
}

/**
 * (contrastiveLoss(M) + contrastiveLoss(Mᵀ)) / 2 for M = logitsPerText, [texts, images] → []. Radford et al. 2021,
 * figure 3; HF `clip_loss`.
 *
 * @throws InvalidArgumentError unless there are as many texts as images: text i belongs to image i.
 */
export function clipLoss(logitsPerText: tf.Tensor2D): tf.Scalar {
  const [texts, images] = logitsPerText.shape;
  if (texts !== images) {
    throw new InvalidArgumentError(
      `The contrastive loss pairs text i with image i, but there are ${texts} texts and ${images} images; give as many of both.`,
    );
  }
  return tf.tidy(() => {
    const sum = tf.add(contrastiveLoss(logitsPerText), contrastiveLoss(tf.transpose(logitsPerText)));
    return tf.div(sum, 2) as tf.Scalar;
  });
}

/**
 * Regression: mean squared error; single label: mean cross-entropy with class indices; multi label: mean binary
 * cross-entropy. HF's sequence and image classifiers (`loss_utils.ForSequenceClassificationLoss`).
 *
 * @param logits [batch, numLabels]
 * @param labels int32 [batch] of class indices, or float32 [batch, numLabels] (regression on one label: [batch])
 */
export function classificationLoss(
  logits: tf.Tensor2D,
  labels: tf.Tensor,
  problemType: ProblemType,
): tf.Scalar {
  checkLabels(logits, labels, problemType);
  return tf.tidy(() => {
    const [, numLabels] = logits.shape;
    if (problemType === 'single_label_classification') {
      const targets = tf.oneHot(tf.cast(labels, 'int32') as tf.Tensor1D, numLabels);
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits, -1), targets), -1))) as tf.Scalar;
    }
    const targets = tf.reshape(tf.cast(labels, 'float32'), logits.shape);
    if (problemType === 'regression') return tf.mean(tf.square(tf.sub(logits, targets))) as tf.Scalar;
    return tf.mean(binaryCrossEntropy(logits, targets)) as tf.Scalar;
  });
}

/** Which loss HF takes when the configuration names none. */
export function inferProblemType(numLabels: number, labels: tf.Tensor): ProblemType {
  if (numLabels === 1) return 'regression';
  return labels.dtype === 'int32' ? 'single_label_classification' : 'multi_label_classification';
}

/** max(x, 0) − x·t + log(1 + exp(−|x|)), which does not overflow. */
function binaryCrossEntropy(logits: tf.Tensor, targets: tf.Tensor): tf.Tensor {
  return tf.add(tf.sub(tf.relu(logits), tf.mul(logits, targets)), tf.log1p(tf.exp(tf.neg(tf.abs(logits)))));
}

function checkLabels(logits: tf.Tensor2D, labels: tf.Tensor, problemType: ProblemType): void {
  const [batch, numLabels] = logits.shape;
  const wanted = problemType === 'single_label_classification' ? [batch] : [batch, numLabels];
  const isColumn = numLabels === 1 && labels.rank === 1 && labels.shape[0] === batch;
  if (isColumn || String(labels.shape) === String(wanted)) return;
  throw new InvalidArgumentError(
    `labels are [${labels.shape.join(', ')}], but ${problemType} on these logits takes [${wanted.join(', ')}] (${batch} pictures, ${numLabels} labels).`,
  );
}
