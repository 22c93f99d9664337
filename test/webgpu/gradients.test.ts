/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** The gradient of each kernel, in closed form, against tfjs's own of the composed op on the cpu backend. */
import type * as tf from '@tensorflow/tfjs';
import { ACTIVATIONS } from '../../packages/clip/src/configuration/index.js';
import { causalMask } from '../../packages/clip/src/ops/attentionMask.js';
import { tokenEmbedding } from '../../packages/clip/src/ops/embedding.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { patchEmbedding } from '../../packages/clip/src/ops/patchEmbedding.js';
import { normalizedProjection, similarity } from '../../packages/clip/src/ops/similarity.js';
import { attend, attentionInputs } from '../kernels/attend.js';
import { matchesGradients, random, randomIntegers } from '../kernels/parity.js';
import { describeWebGPU } from './describeWebGPU.js';

describeWebGPU('the gradient of', () => {
  it('layer norm', async () => {
    for (const shape of [
      [1, 3],
      [2, 5, 12],
      [33, 7],
    ]) {
      const width = shape[shape.length - 1];
      await matchesGradients([random(shape, 3), random([width]), random([width])], ([x, gamma, beta]) =>
        layerNorm(x, gamma, beta, 1e-5),
      );
    }
  });

  it.each(ACTIVATIONS)('linear with %s', async (activation) => {
    const inputs = [random([2, 3, 5], 2), random([5, 8], 2), random([8]), random([2, 3, 8])];
    await matchesGradients(inputs, ([x, kernel, bias, residual]) =>
      linear(x, kernel, { bias, residual, activation }),
    );
  });

  it('linear without a bias, a residual, or an activation', async () => {
    const inputs = [random([4, 5]), random([5, 7]), random([7])];
    await matchesGradients(inputs, ([x, kernel, bias]) => linear(x, kernel, { bias }));
    await matchesGradients(inputs.slice(0, 2), ([x, kernel]) => linear(x, kernel));
    await matchesGradients(inputs.slice(0, 2), ([x, kernel]) => linear(x, kernel, { activation: 'gelu' }));
  });

  it('linear whose input is its residual too', async () => {
    const inputs = [random([4, 5]), random([5, 5]), random([5])];
    await matchesGradients(inputs, ([x, kernel, bias]) => linear(x, kernel, { bias, residual: x }));
  });

  // A key's bias has none but for rounding: it adds the same to all scores of a query.
  const allButKeyBias = [0, 1, 2, 3, 5, 6];

  it.each([
    [1, 1, 4, 1],
    [2, 7, 9, 3],
    [3, 5, 8, 2],
  ])('attention of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
    const inputs = attentionInputs(batch, sequence, width);
    await matchesGradients(inputs, (given) => attend(given, heads), allButKeyBias);
    await matchesGradients(inputs, (given) => attend(given, heads, causalMask(sequence)), allButKeyBias);
    const mask = randomIntegers([batch, sequence], 2);
    const masked = (given: tf.Tensor[]) =>
      attend(given, heads, causalMask(sequence, given[7] as tf.Tensor2D));
    await matchesGradients([...inputs, mask], masked, allButKeyBias);
  });

  it.each([
    [
      [2, 5],
      [1, 5],
    ],
    [
      [2, 5],
      [2, 5],
    ],
    [
      [1, 5],
      [3, 5],
    ],
  ])('token embedding of ids %j at positions %j', async (ids, positions) => {
    const inputs = [randomIntegers(ids, 4), randomIntegers(positions, 9), random([4, 6]), random([9, 6])];
    const embed = ([ids, positions, tokens, table]: tf.Tensor[]) =>
      tokenEmbedding(ids as tf.Tensor2D, positions as tf.Tensor2D, tokens, table);
    await matchesGradients(inputs, embed, [2, 3]);
  });

  it.each([
    [8, 8, 4],
    [11, 17, 5],
  ])('patch embedding of %d × %d pixels in patches of %d', async (height, width, patch) => {
    const tokens = Math.floor(height / patch) * Math.floor(width / patch) + 1;
    const inputs = [
      random([2, 3, height, width]),
      random([patch, patch, 3, 6]),
      random([6]),
      random([tokens, 6]),
    ];
    await matchesGradients(inputs, ([pixels, kernel, classEmbedding, positions]) =>
      patchEmbedding(pixels as tf.Tensor4D, kernel, classEmbedding, positions),
    );
  });

  it('normalised projection', async () => {
    await matchesGradients([random([3, 5]), random([5, 7])], ([x, kernel]) =>
      normalizedProjection(x as tf.Tensor2D, kernel),
    );
  });

  it('similarity', async () => {
    await matchesGradients([random([3, 5]), random([4, 5]), random([], 2)], ([texts, images, scale]) =>
      similarity(texts as tf.Tensor2D, images as tf.Tensor2D, scale),
    );
  });
});
