// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import {
  type AttentionAttributes,
  type AttentionInputs,
  CLIPKernel,
  type MaskedAttentionInputs,
  maskBias,
} from 'tfjs-clip/ops';
import { nodeKernel } from '../nodeKernel.js';
import type { TensorFlow } from '../tensorFlow.js';

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

export const attention = nodeKernel(CLIPKernel.Attention, compute);
export const maskedAttention = nodeKernel(CLIPKernel.MaskedAttention, compute);
