// SPDX-License-Identifier: Apache-2.0
/** Runs a suite on tfjs's wasm backend with the SIMD kernels. */
import * as tf from '@tensorflow/tfjs';
import '@tfjs-clip/wasm-kernels';

export function describeWasm(name: string, suite: () => void): void {
  describe(`${name} on wasm with the SIMD kernels`, () => {
    beforeAll(async () => {
      expect(await tf.setBackend('wasm')).toBe(true);
      await tf.ready();
    });
    suite();
  });
}
