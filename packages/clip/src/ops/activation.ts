// SPDX-License-Identifier: Apache-2.0
/** HF's `hidden_act` functions (transformers' ACT2FN); never one for another. */
import * as tf from '@tensorflow/tfjs';
import type { Activation } from '../configuration/towerConfig.js';

export const activations: Readonly<Record<Activation, (x: tf.Tensor) => tf.Tensor>> = {
  quick_gelu: quickGelu,
  gelu,
  gelu_new: geluTanh,
  gelu_pytorch_tanh: geluTanh,
  relu: tf.relu,
  silu,
  swish: silu,
};

/** x · σ(1.702 x). Hendrycks & Gimpel 2016, §2; the activation of OpenAI's CLIP. */
function quickGelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(tf.mul(x, 1.702)));
}

/** x · ½ (1 + erf(x / √2)). */
function gelu(x: tf.Tensor): tf.Tensor {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

/** x · ½ (1 + tanh(√(2/π) (x + 0.044715 x³))). */
function geluTanh(x: tf.Tensor): tf.Tensor {
  const cubic = tf.mul(tf.mul(tf.square(x), x), 0.044715);
  const inner = tf.mul(tf.add(x, cubic), Math.sqrt(2 / Math.PI));
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1));
}

/** x · σ(x). */
function silu(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.sigmoid(x));
}
