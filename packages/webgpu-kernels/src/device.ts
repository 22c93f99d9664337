// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** As tfjs registers it: before webgl and wasm. */
const PRIORITY = 3;

/**
 * Has tfjs's webgpu backend compute on a device of yours, such as one that draws too, or one of an adapter that tfjs would
 * not choose; tfjs asks for a device of its own otherwise. To be called first: tensors made on webgpu before are lost.
 *
 * @param info the adapter's; tfjs knows some by name
 */
export async function useDevice(device: GPUDevice, info?: GPUAdapterInfo): Promise<void> {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', () => new WebGPUBackend(device, info), PRIORITY);
  await tf.setBackend('webgpu');
}
