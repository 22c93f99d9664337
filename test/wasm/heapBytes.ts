// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

/** The size of the wasm backend's memory; it only grows. */
export function heapBytes(): number {
  return (tf.findBackend('wasm') as object as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
}
