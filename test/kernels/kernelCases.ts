// SPDX-License-Identifier: Apache-2.0
/** The smaller kernels of a backend against tfjs's own ops on the cpu backend, over many shapes. */
import type * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { tokenEmbedding } from '../../packages/clip/src/ops/embedding.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { patchEmbedding } from '../../packages/clip/src/ops/patchEmbedding.js';
import { normalizedProjection, similarity } from '../../packages/clip/src/ops/similarity.js';
import { type DescribeKernels, matcherOn, random, randomIntegers } from './parity.js';

export function testLayerNorm(describeKernels: DescribeKernels, backend: string): void {
  const matches = matcherOn(backend);

  describeKernels('layer norm', () => {
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
      await matches(
        [random(shape, 3), random([width]), random([width])],
        ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
        [CLIPKernel.LayerNorm],
      );
    });
  });
}

/** Embeddings of tokens and patches, projections and similarity. */
export function testEmbeddings(describeKernels: DescribeKernels, backend: string): void {
  const matches = matcherOn(backend);

  describeKernels('token embedding', () => {
    const embed = ([ids, positions, tokenTable, positionTable]: tf.Tensor[]) =>
      tokenEmbedding(ids as tf.Tensor2D, positions as tf.Tensor2D, tokenTable, positionTable);
    const inputsOf = (ids: number[], positions: number[], width: number) => [
      randomIntegers(ids, 20),
      randomIntegers(positions, 9),
      random([20, width]),
      random([9, width]),
    ];

    it.each([
      [[1, 1], [1, 1], 1],
      [[3, 7], [1, 7], 8],
      [[2, 5], [2, 5], 7],
      [[1, 5], [3, 5], 12],
      [[33, 77], [1, 77], 6],
    ])('of ids %j at positions %j, width %d', async (ids, positions, width) => {
      await matches(inputsOf(ids, positions, width), embed, [CLIPKernel.TokenEmbedding]);
    });
  });

  describeKernels('patch embedding', () => {
    it.each([
      ['batch', 1, 'channels', 1, 'size', 2, 2, 'patch', 2, 'hidden', 1],
      ['batch', 2, 'channels', 3, 'size', 8, 8, 'patch', 4, 'hidden', 8],
      ['batch', 3, 'channels', 3, 'size', 11, 17, 'patch', 5, 'hidden', 9],
      ['batch', 33, 'channels', 2, 'size', 7, 4, 'patch', 3, 'hidden', 12],
      ['batch', 1, 'channels', 3, 'size', 64, 32, 'patch', 32, 'hidden', 20],
    ])(
      '%s %d, %s %d, %s %d × %d, %s %d, %s %d',
      async (_b, batch, _c, channels, _s, height, width, _p, patch, _h, hidden) => {
        const tokens = Math.floor(height / patch) * Math.floor(width / patch) + 1;
        const inputs = [
          random([batch, channels, height, width]),
          random([patch, patch, channels, hidden]),
          random([hidden]),
          random([tokens, hidden]),
        ];
        const embed = ([pixels, kernel, classEmbedding, positions]: tf.Tensor[]) =>
          patchEmbedding(pixels as tf.Tensor4D, kernel, classEmbedding, positions);
        await matches(inputs, embed, [CLIPKernel.PatchEmbedding]);
      },
    );
  });

  describeKernels('normalised projection', () => {
    it.each([
      [1, 1, 1],
      [1, 5, 7],
      [3, 12, 8],
      [33, 9, 300],
      [2, 64, 512],
    ])('of %d rows, %d to %d', async (rows, inSize, outSize) => {
      await matches(
        [random([rows, inSize]), random([inSize, outSize])],
        ([x, kernel]) => normalizedProjection(x as tf.Tensor2D, kernel),
        [CLIPKernel.NormalizedProjection],
      );
    });
  });

  describeKernels('similarity', () => {
    it.each([
      [1, 1, 1],
      [2, 3, 5],
      [33, 4, 8],
      [7, 70, 33],
    ])('of %d texts and %d images, width %d', async (texts, images, width) => {
      await matches(
        [random([texts, width]), random([images, width]), random([], 3)],
        ([a, b, scale]) => similarity(a as tf.Tensor2D, b as tf.Tensor2D, scale),
        [CLIPKernel.Similarity],
      );
    });
  });
}
