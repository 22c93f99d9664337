/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { similaritySoftmax } from '../../packages/clip/src/ops/similarity.js';
import { matchesComposed, random } from '../kernels/parity.js';
import { describeWebGPU } from './describeWebGPU.js';

describeWebGPU('similarity with softmax', () => {
  it.each([
    [1, 1, 1, 0],
    [2, 3, 5, 3],
    [33, 4, 8, 3],
    [7, 70, 33, 1],
    [300, 2, 12, 4.6],
  ])('of %d texts and %d pictures, width %d, scales to e^%d', async (texts, images, width, largest) => {
    await matchesComposed(
      [random([texts, width]), random([images, width]), random([], largest)],
      ([a, b, scale]) => similaritySoftmax(a as tf.Tensor2D, b as tf.Tensor2D, scale),
      [CLIPKernel.SimilaritySoftmax],
    );
  });
});
