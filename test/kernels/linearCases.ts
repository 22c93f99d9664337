// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel } from 'tfjs-clip/ops';
import { ACTIVATIONS } from '../../packages/clip/src/configuration/index.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { type DescribeKernels, matcherOn, random } from './parity.js';

const ONLY = [CLIPKernel.Linear];

export function testLinear(describeKernels: DescribeKernels, backend: string): void {
  const matches = matcherOn(backend);

  describeKernels('linear', () => {
    it.each([
      [[1], 1, 1],
      [[1], 5, 3],
      [[1, 1], 4, 8],
      [[2], 3, 16],
      [[3], 7, 9],
      [[2, 2], 9, 7],
      [[2, 5], 8, 12],
      [[33], 12, 20],
      [[2, 77], 33, 31],
      [[33, 5], 100, 70],
      [[9], 6, 8],
      [[130], 64, 36],
      [[800], 8, 640],
      [[300], 1000, 17],
    ])('of %j rows, %d to %d', async (rows, inSize, outSize) => {
      await matches(
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
      await matches(
        inputs,
        ([x, kernel, bias, residual]) => linear(x, kernel, { bias, residual, activation: 'quick_gelu' }),
        ONLY,
      );
    });

    it.each(ACTIVATIONS)('with %s, of numbers small and large', async (activation) => {
      const inputs = [random([4, 6]), random([6, 11], 2), random([11])];
      await matches(inputs, ([x, kernel, bias]) => linear(x, kernel, { bias, activation }), ONLY);
      const large = [random([4, 6], 30), random([6, 11], 30), random([11])];
      await matches(large, ([x, kernel, bias]) => linear(x, kernel, { bias, activation }), ONLY);
    });
  });
}
