// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import { attention } from '../../packages/clip/src/ops/attention.js';
import type { AttentionMask } from '../../packages/clip/src/ops/attentionMask.js';
import { random, type Values } from './parity.js';

/** x, then kernel and bias of queries, keys and values. */
export function attentionInputs(batch: number, sequence: number, width: number): Values[] {
  const part = () => [random([width, width], 2 / Math.sqrt(width)), random([width])];
  return [random([batch, sequence, width], 2), ...part(), ...part(), ...part()];
}

export function attend(inputs: tf.Tensor[], numHeads: number, mask?: AttentionMask): tf.Tensor {
  const [x, ...weights] = inputs;
  const part = (i: number) => ({ kernel: weights[2 * i], bias: weights[2 * i + 1] });
  const [query, key, value] = [0, 1, 2].map(part);
  const options = { query, key, value, numHeads, mask, dropout: 0, outputAttentions: false };
  return attention(x as tf.Tensor3D, options).hiddenStates;
}
