// SPDX-License-Identifier: Apache-2.0
/** Turns our kernels off and on, to compute the same model with tfjs's own ops. */
import * as tf from '@tensorflow/tfjs';
import '@tfjs-clip/webgpu-kernels';
import { CLIPKernel } from 'tfjs-clip/ops';

const kernels = Object.values(CLIPKernel)
  .map((name) => tf.getKernel(name, 'webgpu'))
  .filter(Boolean);
let areRegistered = true;

/** @param {boolean} wanted */
export function useKernels(wanted) {
  if (wanted === areRegistered) return;
  for (const kernel of kernels) {
    if (wanted) tf.registerKernel(kernel);
    else tf.unregisterKernel(kernel.kernelName, 'webgpu');
  }
  areRegistered = wanted;
}
