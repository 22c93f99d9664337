// SPDX-License-Identifier: Apache-2.0
/** Runs a suite on tfjs's wasm backend with the SIMD kernels. */
import * as tf from '@tensorflow/tfjs';
import '@tfjs-clip/wasm-kernels';
import * as parity from '../webgpu/parity.js';

export function describeWasm(name: string, suite: () => void): void {
  describe(`${name} on wasm with the SIMD kernels`, () => {
    beforeAll(async () => {
      expect(await tf.setBackend('wasm')).toBe(true);
      await tf.ready();
    });
    suite();
  });
}

/** Fails unless `op` runs exactly these kernels, and gives what it gives when composed, on cpu. */
export function matchesComposed(
  inputs: parity.Values[],
  op: (inputs: tf.Tensor[]) => tf.Tensor,
  kernels: string[],
): Promise<void> {
  return parity.matchesComposed(inputs, op, kernels, 'wasm');
}
