/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { leavesNoTensors } from '../harness/leaks.js';
import { TOLERANCE } from '../kernels/parity.js';
import { describeWebGPU } from './describeWebGPU.js';
import { draw, largestDifference } from './randomShapes.js';

const ROUNDS = 3;

describeWebGPU('at sizes drawn at random', () => {
  it.each(Array.from({ length: ROUNDS }, draw).flat())('$name', async (drawn) => {
    await leavesNoTensors(async () =>
      expect(await largestDifference(drawn, 'webgpu')).toBeLessThan(TOLERANCE),
    );
  });
});
