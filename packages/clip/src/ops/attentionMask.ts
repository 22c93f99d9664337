// SPDX-License-Identifier: Apache-2.0
/** Which keys a query may see: those not after it (text is causal) that are real tokens (padding is not). */
import * as tf from '@tensorflow/tfjs';

export interface AttentionMask {
  readonly causal: boolean;
  /** bool [batch, sequence], true where a key is real; absent when all are. */
  readonly keyMask?: tf.Tensor2D;
  /** float32 [batch | 1, 1, sequence, sequence], added to the scores: 0 where a query may look, about the lowest float elsewhere. */
  readonly bias: tf.Tensor4D;
}

/**
 * One mask for all blocks of a tower, as transformers 5 makes it: causal AND real, 0 or about the lowest float. A row that
 * may see nothing (left padding) becomes uniform. Tensors belong to the caller's `tf.tidy`.
 *
 * @param attentionMask [batch, sequence], 1 where a token is real, 0 where it is padding
 */
export function causalMask(sequence: number, attentionMask?: tf.Tensor2D): AttentionMask {
  if (!attentionMask) return { causal: true, bias: maskBias(sequence, true) };
  const keyMask = tf.notEqual(attentionMask, tf.scalar(0, attentionMask.dtype as 'int32')) as tf.Tensor2D;
  return { causal: true, keyMask, bias: maskBias(sequence, true, keyMask) };
}

/**
 * 0 where a query may look, about the lowest float elsewhere, [batch | 1, 1, sequence | 1, sequence].
 *
 * @param keyMask bool [batch, sequence], true where a key is real; to be given unless `causal`
 */
export function maskBias(sequence: number, causal: boolean, keyMask?: tf.Tensor): tf.Tensor4D {
  const real = keyMask && tf.reshape(keyMask, [-1, 1, 1, sequence]);
  if (!causal) return toBias(real!);
  const positions = tf.range(0, sequence, 1, 'int32');
  const visible = tf.lessEqual(
    tf.reshape(positions, [1, 1, 1, sequence]),
    tf.reshape(positions, [1, 1, sequence, 1]),
  );
  return toBias(real ? tf.logicalAnd(visible, real) : visible);
}

/** Not the very lowest float32: tfjs's softmax on webgpu looks for the largest score from −3.402823e38 upwards. */
const LOWEST = -3.4e38;
const LOWEST_HALF = -65504;

function toBias(allowed: tf.Tensor): tf.Tensor4D {
  const lowest = tf.backend().floatPrecision() === 16 ? LOWEST_HALF : LOWEST;
  return tf.where(
    allowed as tf.Tensor4D,
    tf.scalar(0) as tf.Tensor,
    tf.scalar(lowest) as tf.Tensor,
  ) as tf.Tensor4D;
}
