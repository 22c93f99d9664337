// SPDX-License-Identifier: Apache-2.0
/** To be imported before the suites that are to run on three threads, however small their products are. */
import * as tf from '@tensorflow/tfjs';
import { useThreads } from '@tfjs-clip/wasm-kernels';
import { splitFrom } from '../../packages/wasm-kernels/src/threads/worth.js';

beforeAll(async () => {
  splitFrom(0);
  expect(await useThreads({ count: 3 })).toBe(3);
});

afterAll(() => tf.removeBackend('wasm'));
