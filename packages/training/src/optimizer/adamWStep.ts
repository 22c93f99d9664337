// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type AdamWAttributes, type AdamWInputs, CLIPKernel } from 'tfjs-clip/ops';

/** @returns the parameter and its two moments afterwards: by the backend's kernel, or from tfjs's ops (see `AdamWInputs`) */
export function adamWStep(inputs: AdamWInputs, attributes: AdamWAttributes): tf.Tensor[] {
  if (tf.getKernel(CLIPKernel.AdamW, tf.getBackend())) {
    return tf
      .engine()
      .runKernel(
        CLIPKernel.AdamW,
        inputs as unknown as tf.NamedTensorMap,
        attributes as unknown as tf.NamedAttrMap,
      ) as tf.Tensor[];
  }
  return tf.tidy(() => composed(inputs, attributes));
}

function composed(
  { parameter, gradient, ...moments }: AdamWInputs,
  attributes: AdamWAttributes,
): tf.Tensor[] {
  const { step, rate, decay, beta1, beta2, epsilon } = attributes;
  const first = tf.add(tf.mul(moments.first, beta1), tf.mul(gradient, 1 - beta1));
  const second = tf.add(tf.mul(moments.second, beta2), tf.mul(tf.square(gradient), 1 - beta2));
  const denominator = tf.add(tf.div(tf.sqrt(second), Math.sqrt(1 - beta2 ** step)), epsilon);
  const change = tf.mul(tf.div(first, denominator), rate / (1 - beta1 ** step));
  return [tf.sub(decay === 1 ? parameter : tf.mul(parameter, decay), change), first, second];
}
