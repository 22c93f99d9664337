/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/**
 * The kernels as graphics cards run them, in workgroup memory, on a device that does not say that it is a processor: one
 * without subgroups, and with the least limits that WebGPU promises.
 */
import type * as tf from '@tensorflow/tfjs';
import { useDevice } from '@tfjs-clip/webgpu-kernels';
import { CLIPKernel } from 'tfjs-clip/ops';
import { causalMask } from '../../packages/clip/src/ops/attentionMask.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { patchEmbedding } from '../../packages/clip/src/ops/patchEmbedding.js';
import {
  normalizedProjection,
  similarity,
  similaritySoftmax,
} from '../../packages/clip/src/ops/similarity.js';
import { TILES, type TileName } from '../../packages/webgpu-kernels/src/tile.js';
import { setChoice } from '../../packages/webgpu-kernels/src/tuning/choices.js';
import { attend, attentionInputs } from '../kernels/attend.js';
import { matchesComposed, random, randomIntegers } from '../kernels/parity.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

describeWebGPU('on a graphics card', () => {
  beforeAll(async () => {
    const adapter = (await (navigator as Navigator & { gpu: GPU }).gpu.requestAdapter())!;
    // The feature only spares us a warning of tf.profile.
    const device = await adapter.requestDevice({ requiredFeatures: ['timestamp-query'] });
    Object.defineProperty(device, 'adapterInfo', { value: { isFallbackAdapter: false } });
    await useDevice(device);
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
  });

  it.each(Object.keys(TILES) as TileName[])('products in tiles called %s', async (tile) => {
    for (const [rows, depth, columns] of [
      [70, 36, 136],
      [13, 7, 9],
    ]) {
      setChoice(webgpu().device, { rows, columns, depth }, tile);
      const inputs = [
        random([rows, depth]),
        random([depth, columns]),
        random([columns]),
        random([rows, columns]),
      ];
      await matchesComposed(
        inputs,
        ([x, kernel, bias, residual]) => linear(x, kernel, { bias, residual, activation: 'quick_gelu' }),
        [CLIPKernel.Linear],
      );
    }
  });

  it.each([
    [2, 7, 9, 3],
    [1, 77, 12, 1],
    [2, 65, 128, 1],
    [1, 5, 270, 1],
  ])('attention of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
    await matchesComposed(attentionInputs(batch, sequence, width), (given) => attend(given, heads), [
      CLIPKernel.Attention,
    ]);
  });

  it.each([
    [2, 7, 9, 3],
    [2, 130, 8, 2],
  ])(
    'attention, causal and masked, of %d × %d states of width %d in %d heads',
    async (batch, sequence, width, heads) => {
      const inputs = [...attentionInputs(batch, sequence, width), randomIntegers([batch, sequence], 2)];
      const op = (given: tf.Tensor[]) => attend(given, heads, causalMask(sequence, given[7] as tf.Tensor2D));
      await matchesComposed(inputs, op, [CLIPKernel.MaskedAttention]);
    },
  );

  it('all else', async () => {
    await matchesComposed(
      [random([3, 70], 3), random([70]), random([70])],
      ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
      [CLIPKernel.LayerNorm],
    );
    await matchesComposed(
      [random([3, 12]), random([12, 260])],
      ([x, kernel]) => normalizedProjection(x as tf.Tensor2D, kernel),
      [CLIPKernel.NormalizedProjection],
    );
    await matchesComposed(
      [random([9, 7]), random([5, 7]), random([], 3)],
      ([a, b, scale]) => similarity(a as tf.Tensor2D, b as tf.Tensor2D, scale),
      [CLIPKernel.Similarity],
    );
    await matchesComposed(
      [random([150, 7]), random([5, 7]), random([], 3)],
      ([a, b, scale]) => similaritySoftmax(a as tf.Tensor2D, b as tf.Tensor2D, scale),
      [CLIPKernel.SimilaritySoftmax],
    );
    await matchesComposed(
      [random([2, 3, 11, 17]), random([5, 5, 3, 9]), random([9]), random([7, 9])],
      ([pixels, kernel, classEmbedding, positions]) =>
        patchEmbedding(pixels as tf.Tensor4D, kernel, classEmbedding, positions),
      [CLIPKernel.PatchEmbedding],
    );
  });
});
