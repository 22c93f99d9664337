// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

/** Derivatives of HF's `hidden_act` functions. */
const DERIVATIVES: Readonly<Record<string, (x: tf.Tensor) => tf.Tensor>> = {
  quick_gelu: (x) => ofSigmoidTimesX(x, 1.702),
  gelu: ofGelu,
  gelu_new: ofGeluTanh,
  gelu_pytorch_tanh: ofGeluTanh,
  relu: (x) => tf.step(x),
  silu: (x) => ofSigmoidTimesX(x, 1),
  swish: (x) => ofSigmoidTimesX(x, 1),
};

export function derivativeOf(activation: string, x: tf.Tensor): tf.Tensor {
  return DERIVATIVES[activation](x);
}

/** (x σ(a x))′ = σ(a x) (1 + a x (1 − σ(a x))) */
function ofSigmoidTimesX(x: tf.Tensor, a: number): tf.Tensor {
  const scaled = tf.mul(x, a);
  const sigmoid = tf.sigmoid(scaled);
  return tf.mul(sigmoid, tf.add(tf.mul(scaled, tf.sub(1, sigmoid)), 1));
}

/** (x Φ(x))′ = Φ(x) + x φ(x), with the normal distribution's Φ and φ. */
function ofGelu(x: tf.Tensor): tf.Tensor {
  const distribution = tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);
  const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
  return tf.add(distribution, tf.mul(x, density));
}

/** With u = √(2/π) (x + 0.044715 x³): (½ x (1 + tanh u))′ = ½ (1 + tanh u) + ½ x (1 − tanh² u) u′ */
function ofGeluTanh(x: tf.Tensor): tf.Tensor {
  const [scale, cubic] = [Math.sqrt(2 / Math.PI), 0.044715];
  const square = tf.square(x);
  const tanh = tf.tanh(tf.mul(tf.mul(x, tf.add(tf.mul(square, cubic), 1)), scale));
  const inner = tf.mul(tf.add(tf.mul(square, 3 * cubic), 1), scale);
  const slope = tf.mul(tf.mul(x, tf.sub(1, tf.square(tanh))), inner);
  return tf.mul(tf.add(tf.add(tanh, 1), slope), 0.5);
}
