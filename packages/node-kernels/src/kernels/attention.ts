// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import {
  type AttentionAttributes,
  type AttentionInputs,
  CLIPKernel,
  type MaskedAttentionInputs,
} from 'tfjs-clip/ops';
import { nodeKernel } from '../nodeKernel.js';
import type { TensorFlow } from '../tensorFlow.js';

/** About the lowest float: added to a score it leaves nothing of it, so that a query which may see no key attends all equally. */
const LOWEST = -3.4e38;

function compute(
  tensorFlow: TensorFlow,
  inputs: AttentionInputs & Partial<MaskedAttentionInputs>,
  { numHeads, causal }: AttentionAttributes,
): tf.Tensor {
  const { x, keyMask } = inputs;
  const [batch, sequence, width] = x.shape;
  const headSize = width / numHeads;
  const states = tf.reshape(x, [batch * sequence, width]);
  const project = (kernel: tf.Tensor, bias: tf.Tensor) =>
    tensorFlow.add(tensorFlow.matMul(states, kernel), bias);
  const toHeads = (projected: tf.Tensor) =>
    tensorFlow.swapMiddle(tf.reshape(projected, [batch, sequence, numHeads, headSize]));

  const query = tensorFlow.mul(project(inputs.queryKernel, inputs.queryBias), tf.scalar(headSize ** -0.5));
  const key = toHeads(project(inputs.keyKernel, inputs.keyBias));
  const value = toHeads(project(inputs.valueKernel, inputs.valueBias));
  let scores = tensorFlow.batchMatMul(toHeads(query), key, false, true); // [batch, heads, sequence, sequence]
  if (causal || keyMask) scores = tensorFlow.add(scores, maskBias(sequence, causal, keyMask));
  const heads = tensorFlow.batchMatMul(tensorFlow.softmax(scores), value);
  return tf.reshape(tensorFlow.swapMiddle(heads), [batch, sequence, width]);
}

/** 0 where a query may look, `LOWEST` elsewhere, [batch | 1, 1, sequence | 1, sequence]. */
function maskBias(sequence: number, causal: boolean, keyMask?: tf.Tensor): tf.Tensor {
  if (!keyMask) return causalBias(sequence);
  const unreal = tf.mul(tf.sub(1, tf.cast(keyMask, 'float32')), LOWEST);
  const ofKeys = tf.reshape(unreal, [-1, 1, 1, sequence]);
  return causal ? tf.minimum(ofKeys, causalBias(sequence)) : ofKeys;
}

function causalBias(sequence: number): tf.Tensor4D {
  const values = new Float32Array(sequence * sequence);
  for (let query = 0; query < sequence; query++) {
    values.fill(LOWEST, query * sequence + query + 1, (query + 1) * sequence);
  }
  return tf.tensor4d(values, [1, 1, sequence, sequence]);
}

export const attention = nodeKernel(CLIPKernel.Attention, compute);
export const maskedAttention = nodeKernel(CLIPKernel.MaskedAttention, compute);
