/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel } from 'tfjs-clip/ops';
import { ACTIVATIONS } from '../../packages/clip/src/configuration/index.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { describeWebGPU } from './describeWebGPU.js';
import { matchesComposed, random } from './parity.js';

const ONLY = [CLIPKernel.Linear];

describeWebGPU('linear', () => {
  it.each([
    [[1], 1, 1],
    [[1], 5, 3],
    [[1, 1], 4, 4],
    [[3], 7, 9],
    [[2, 5], 8, 6],
    [[9], 6, 8],
    [[33], 12, 20],
    [[2, 77], 33, 31],
    [[130], 64, 36],
    [[33, 5], 100, 70],
    [[800], 8, 640],
  ])('of %j rows, %d to %d', async (rows, inSize, outSize) => {
    await matchesComposed(
      [random([...rows, inSize]), random([inSize, outSize])],
      ([x, kernel]) => linear(x, kernel),
      ONLY,
    );
    const inputs = [
      random([...rows, inSize]),
      random([inSize, outSize]),
      random([outSize]),
      random([...rows, outSize]),
    ];
    await matchesComposed(
      inputs,
      ([x, kernel, bias, residual]) => linear(x, kernel, { bias, residual, activation: 'quick_gelu' }),
      ONLY,
    );
  });

  it.each(ACTIVATIONS)('with %s, of numbers small and large', async (activation) => {
    const inputs = [random([4, 6]), random([6, 8], 2), random([8])];
    await matchesComposed(inputs, ([x, kernel, bias]) => linear(x, kernel, { bias, activation }), ONLY);
    const large = [random([4, 6], 30), random([6, 8], 30), random([8])];
    await matchesComposed(large, ([x, kernel, bias]) => linear(x, kernel, { bias, activation }), ONLY);
  });
});
