// SPDX-License-Identifier: Apache-2.0
/** What backends.test.ts calls in its page, which brings all backends that browsers have. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import '@tfjs-clip/wasm-kernels';
import '@tfjs-clip/webgpu-kernels';
import { type BackendOptions, useBackend } from 'tfjs-clip';

setWasmPaths('/wasm/');
tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false); // its threads do not survive bundling

export interface Outcome {
  backend: string;
  tfName: string;
  /** Of a product whose elements are 40. */
  value: number;
  tensors: number;
}

async function choose(options: BackendOptions): Promise<Outcome | { error: string }> {
  try {
    const backend = await useBackend(options);
    const product = tf.tidy(() => tf.matMul(tf.ones([40, 40]), tf.ones([40, 40])));
    const [value] = await product.data();
    product.dispose();
    return { backend, tfName: tf.getBackend(), value, tensors: tf.memory().numTensors };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

Object.assign(globalThis, { choose });

export type Choose = typeof choose;
