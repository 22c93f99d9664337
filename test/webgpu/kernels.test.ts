/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** Each kernel against tfjs's own ops on the cpu backend, over many shapes. */
import { CLIPKernel } from 'tfjs-clip/ops';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { describeWebGPU } from './describeWebGPU.js';
import { matchesComposed, random } from './parity.js';

describeWebGPU('layer norm', () => {
  it.each([
    [[1, 1]],
    [[1, 3]],
    [[2, 7]],
    [[1, 1, 8]],
    [[2, 5, 12]],
    [[33, 3, 65]],
    [[2, 3, 768]],
    [[1, 2, 1030]],
  ])('%j', async (shape) => {
    const width = shape.at(-1)!;
    await matchesComposed(
      [random(shape, 3), random([width]), random([width])],
      ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
      [CLIPKernel.LayerNorm],
    );
  });

  it('of more rows than there are workgroups on an axis', async () => {
    await matchesComposed(
      [random([70_000, 4]), random([4]), random([4])],
      ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
      [CLIPKernel.LayerNorm],
    );
  });
});
