// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type AdamWAttributes, type AdamWInputs, CLIPKernel } from 'tfjs-clip/ops';
import { nodeKernel } from '../nodeKernel.js';

/**
 * TensorFlow's own Adam: one pass over the numbers, where tfjs's ops make twelve tensors as large as the parameter. It changes
 * variables of TensorFlow's, which live for the step only: a moment is copied first, as its tensor is still held.
 *
 * It has θ ← θ − rate · √(1 − β₂ᵗ) / (1 − β₁ᵗ) · m / (√v + ε̂), which is ours with ε̂ = ε · √(1 − β₂ᵗ); and takes 1 − β in
 * float32, so v differs by 1e-5 of its size.
 */
export const adamW = nodeKernel<AdamWInputs, AdamWAttributes>(
  CLIPKernel.AdamW,
  (tensorFlow, { parameter, gradient, first, second }, attributes) => {
    const { step, rate, decay, beta1, beta2, epsilon } = attributes;
    const decayed = tensorFlow.mul(parameter, tf.scalar(decay));
    const variables = [decayed, first, second].map((value) => tensorFlow.variable(value));
    decayed.dispose(); // Now the variable alone holds it, and is changed in place.
    const numbers = [
      beta1 ** step,
      beta2 ** step,
      rate,
      beta1,
      beta2,
      epsilon * Math.sqrt(1 - beta2 ** step),
    ];
    tensorFlow.applyAdam(
      variables,
      numbers.map((number) => tf.scalar(number)),
      gradient,
    );
    return variables.map((variable) => tensorFlow.takeValue(variable));
  },
);
