// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type AttentionAttributes, CLIPKernel, maskBias } from 'tfjs-clip/ops';
import { gradient } from './gradient.js';

const INPUTS = ['x', 'queryKernel', 'queryBias', 'keyKernel', 'keyBias', 'valueKernel', 'valueBias'];

/**
 * With P = softmax(q kᵀ · scale + mask), computed anew rather than kept:
 *
 *     dv = Pᵀ dy    dP = dy vᵀ    dS = P (dP − Σ dP P) · scale    dq = dS k    dk = dSᵀ q
 *
 * and from there as linear layers.
 */
function differentiate(
  dy: tf.Tensor,
  [x, queryKernel, queryBias, keyKernel, keyBias, valueKernel, valueBias, keyMask]: tf.Tensor[],
  { numHeads, causal }: AttentionAttributes,
) {
  const [batch, sequence, width] = x.shape as [number, number, number];
  const headSize = width / numHeads;
  const split = (states: tf.Tensor) =>
    tf.transpose(tf.reshape(states, [batch, sequence, numHeads, headSize]), [0, 2, 1, 3]);
  const merge = (heads: tf.Tensor) =>
    tf.reshape(tf.transpose(heads, [0, 2, 1, 3]), [batch * sequence, width]);
  const rows = tf.reshape(x, [batch * sequence, width]);
  const project = (kernel: tf.Tensor, bias: tf.Tensor) =>
    split(tf.add(tf.matMul(rows, kernel as tf.Tensor2D), bias));

  const scale = headSize ** -0.5;
  const [q, k, v] = [
    project(queryKernel, queryBias),
    project(keyKernel, keyBias),
    project(valueKernel, valueBias),
  ];
  const scores = tf.mul(tf.matMul(q, k, false, true), scale);
  const p = tf.softmax(causal || keyMask ? tf.add(scores, maskBias(sequence, causal, keyMask)) : scores);
  const dHeads = split(dy);
  const dP = tf.matMul(dHeads, v, false, true);
  const dS = tf.mul(tf.mul(p, tf.sub(dP, tf.sum(tf.mul(dP, p), -1, true))), scale);
  const dQuery = merge(tf.matMul(dS, k));
  const dKey = merge(tf.matMul(dS, q, true, false));
  const dValue = merge(tf.matMul(p, dHeads, true, false));
  return {
    x: () => {
      const parts = [
        [dQuery, queryKernel],
        [dKey, keyKernel],
        [dValue, valueKernel],
      ].map(([d, kernel]) => tf.matMul(d, kernel, false, true));
      return tf.reshape(tf.addN(parts), x.shape);
    },
    queryKernel: () => tf.matMul(rows, dQuery, true, false),
    queryBias: () => tf.sum(dQuery, 0),
    keyKernel: () => tf.matMul(rows, dKey, true, false),
    keyBias: () => tf.sum(dKey, 0),
    valueKernel: () => tf.matMul(rows, dValue, true, false),
    valueBias: () => tf.sum(dValue, 0),
  };
}

export const attentionGradient = gradient(CLIPKernel.Attention, INPUTS, differentiate);
export const maskedAttentionGradient = gradient(
  CLIPKernel.MaskedAttention,
  [...INPUTS, 'keyMask'],
  differentiate,
);
