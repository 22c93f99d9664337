// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { BackendError } from 'tfjs-clip/ops';

/**
 * tfjs's webgpu backend, if it is in use.
 *
 * @param what is done on it alone, as the beginning of a sentence
 * @throws BackendError on another one
 */
export function currentBackend(what: string): WebGPUBackend {
  if (tf.getBackend() === 'webgpu') return tf.backend() as WebGPUBackend;
  throw new BackendError(`${what} the webgpu backend, but ${tf.getBackend()} is in use: set it first.`);
}
