// SPDX-License-Identifier: Apache-2.0
/** Starts a backend of TensorFlow.js, with our kernels or without. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tfjs-clip/wasm-kernels';
import '@tfjs-clip/webgpu-kernels';
import { CLIPKernel } from 'tfjs-clip/ops';

// Written out one by one, as bundlers find files.
const plain = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url);
const simd = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
const threaded = new URL(
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
  import.meta.url,
);
setWasmPaths({
  'tfjs-backend-wasm.wasm': plain.href,
  'tfjs-backend-wasm-simd.wasm': simd.href,
  'tfjs-backend-wasm-threaded-simd.wasm': threaded.href,
});

const kernels = Object.values(CLIPKernel)
  .flatMap((name) => [tf.getKernel(name, 'webgpu'), tf.getKernel(name, 'wasm')])
  .filter(Boolean);

export async function useBackend(name: string, withKernels: boolean): Promise<void> {
  const isThere = await tf.setBackend(name).catch(() => false);
  if (!isThere) throw new Error(`This browser cannot compute on ${name}. Choose another backend.`);
  await tf.ready();
  for (const kernel of kernels) {
    const isRegistered = Boolean(tf.getKernel(kernel.kernelName, kernel.backendName));
    if (withKernels && !isRegistered) tf.registerKernel(kernel);
    if (!withKernels && isRegistered) tf.unregisterKernel(kernel.kernelName, kernel.backendName);
  }
}
