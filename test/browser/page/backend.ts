// SPDX-License-Identifier: Apache-2.0
/** Starts a backend of TensorFlow.js in a page. */
import * as tf from '@tensorflow/tfjs';
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';

// Written out one by one, as bundlers find files.
const plain = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm', import.meta.url);
const simd = new URL('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm', import.meta.url);
const threaded = new URL(
  '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm',
  import.meta.url,
);

/** @returns the name of the backend that runs */
export async function useBackend(name: string): Promise<string> {
  setWasmPaths({
    'tfjs-backend-wasm.wasm': plain.href,
    'tfjs-backend-wasm-simd.wasm': simd.href,
    'tfjs-backend-wasm-threaded-simd.wasm': threaded.href,
  });
  // In an isolated page tfjs would start threads, from a function's source text, which no longer runs once minified.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  if (!(await tf.setBackend(name))) throw new Error(`This browser cannot compute on ${name}.`);
  await tf.ready();
  return tf.getBackend();
}
