// SPDX-License-Identifier: Apache-2.0
/** The seam between the ops and fused kernels. */
import * as tf from '@tensorflow/tfjs';

/** Runs the kernel that the current backend has registered under `kernelName`, or `composed` where there is none. */
export function dispatch(
  kernelName: string,
  inputs: object,
  attributes: object,
  composed: () => tf.Tensor,
): tf.Tensor {
  const fused =
    tf.getKernel(kernelName, tf.getBackend()) && (!isRecording() || hasGradient(kernelName, inputs));
  if (!fused) return composed();
  return tf
    .engine()
    .runKernel(kernelName, inputs as tf.NamedTensorMap, attributes as tf.NamedAttrMap) as tf.Tensor;
}

export function isRecording(): boolean {
  return tf.engine().state.gradientDepth > 0;
}

/** tfjs would fail on an input to save that is not given. */
function hasGradient(kernelName: string, inputs: object): boolean {
  const gradient = tf.getGradient(kernelName);
  return Boolean(gradient) && (gradient.inputsToSave ?? []).every((name) => name in inputs);
}
