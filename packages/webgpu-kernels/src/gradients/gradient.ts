// SPDX-License-Identifier: Apache-2.0
/** Gradients in closed form, of tfjs's ops: tfjs cannot differentiate within a gradient. */
import type * as tf from '@tensorflow/tfjs';

/** The gradient of each input by its name, computed only when it is asked for. */
type Gradients = Record<string, () => tf.Tensor>;

/** @param inputsToSave what `differentiate` is given, in this order */
export function gradient<Attributes = object>(
  kernelName: string,
  inputsToSave: string[],
  differentiate: (dy: tf.Tensor, saved: tf.Tensor[], attributes: Attributes) => Gradients,
): tf.GradConfig {
  const gradFunc: tf.GradFunc = (dy, saved, attributes) =>
    differentiate(dy as tf.Tensor, saved, attributes as Attributes);
  return { kernelName, inputsToSave, gradFunc };
}

/** All axes but the last. */
export function leadingAxes(x: tf.Tensor): number[] {
  return Array.from({ length: x.rank - 1 }, (_, i) => i);
}
