// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { AttentionMask } from './attentionMask.js';
import { type AttentionInputs, CLIPKernel } from './contracts.js';
import { dispatch } from './dispatch.js';
import { linear } from './linear.js';

export interface LinearWeights {
  kernel: tf.Tensor;
  bias: tf.Tensor;
}

export interface AttentionOptions {
  query: LinearWeights;
  key: LinearWeights;
  value: LinearWeights;
  numHeads: number;
  mask?: AttentionMask;
  /** Probability of dropping an attention weight; 0 outside training. */
  dropout: number;
  outputAttentions: boolean;
}

export interface AttentionResult {
  /** Merged heads, [batch, sequence, hiddenSize]. */
  hiddenStates: tf.Tensor3D;
  /** Probabilities before dropout, [batch, heads, sequence, sequence]; only when asked for. */
  attentions?: tf.Tensor4D;
}

/**
 * Multi-head self-attention up to the merged heads. Vaswani et al. 2017, §3.2:
 *
 *     softmax(q kᵀ / √headDim + mask) v
 *
 * @param x [batch, sequence, hiddenSize]
 */
export function attention(x: tf.Tensor3D, options: AttentionOptions): AttentionResult {
  const { query, key, value, numHeads, mask, dropout, outputAttentions } = options;
  if (outputAttentions || dropout > 0) return composedAttention(x, options);
  const inputs: AttentionInputs = {
    x,
    queryKernel: query.kernel,
    queryBias: query.bias,
    keyKernel: key.kernel,
    keyBias: key.bias,
    valueKernel: value.kernel,
    valueBias: value.bias,
  };
  const attributes = { numHeads, causal: mask?.causal ?? false };
  const composed = () => composedAttention(x, options).hiddenStates;
  const hiddenStates = mask?.keyMask
    ? dispatch(CLIPKernel.MaskedAttention, { ...inputs, keyMask: mask.keyMask }, attributes, composed)
    : dispatch(CLIPKernel.Attention, inputs, attributes, composed);
  return { hiddenStates: hiddenStates as tf.Tensor3D };
}

function composedAttention(x: tf.Tensor3D, options: AttentionOptions): AttentionResult {
  const { query, key, value, numHeads, mask, dropout, outputAttentions } = options;
  const headDim = x.shape[2] / numHeads;
  const q = splitHeads(linear(x, query.kernel, { bias: query.bias }), numHeads);
  const k = splitHeads(linear(x, key.kernel, { bias: key.bias }), numHeads);
  const v = splitHeads(linear(x, value.kernel, { bias: value.bias }), numHeads);
  const scaled = tf.mul(q, headDim ** -0.5);
  const scores = tf.matMul(scaled, k, false, true); // [batch, heads, sequence, sequence]
  const probabilities = tf.softmax(mask ? tf.add(scores, mask.bias) : scores) as tf.Tensor4D;
  const weights = dropout > 0 ? tf.dropout(probabilities, dropout) : probabilities;
  const hiddenStates = mergeHeads(tf.matMul(weights, v) as tf.Tensor4D);
  return outputAttentions ? { hiddenStates, attentions: probabilities } : { hiddenStates };
}

/** [batch, sequence, hiddenSize] → [batch, heads, sequence, headDim] */
function splitHeads(x: tf.Tensor3D, numHeads: number): tf.Tensor4D {
  const [batch, sequence, hiddenSize] = x.shape;
  return tf.transpose(tf.reshape(x, [batch, sequence, numHeads, hiddenSize / numHeads]), [0, 2, 1, 3]);
}

/** [batch, heads, sequence, headDim] → [batch, sequence, hiddenSize] */
function mergeHeads(x: tf.Tensor4D): tf.Tensor3D {
  const [batch, heads, sequence, headDim] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch, sequence, heads * headDim]);
}
