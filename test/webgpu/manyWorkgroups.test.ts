/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** More workgroups than fit on an axis of the grid, 65,535; so narrow that what should come out is a line of arithmetic. */
import * as tf from '@tensorflow/tfjs';
import { CLIPKernel } from 'tfjs-clip/ops';
import { tokenEmbedding } from '../../packages/clip/src/ops/embedding.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { patchEmbedding } from '../../packages/clip/src/ops/patchEmbedding.js';
import { normalizedProjection, similarity } from '../../packages/clip/src/ops/similarity.js';
import { setChoice } from '../../packages/webgpu-kernels/src/tuning/choices.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { attend, attentionInputs } from '../kernels/attend.js';
import { random, randomIntegers, TOLERANCE, type Values } from '../kernels/parity.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

/** A workgroup each. */
const ROWS = 65_600;

interface Case {
  kernel: string;
  inputs: Values[];
  op: (given: tf.Tensor[]) => tf.Tensor;
  /** Number `i` of the output. */
  expected: (i: number, values: ArrayLike<number>[]) => number;
}

const cases: Case[] = [
  {
    kernel: CLIPKernel.LayerNorm,
    inputs: [random([ROWS, 2], 3), random([2]), random([2])],
    op: ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1),
    expected: (i, [x, gamma, beta]) => {
      const centered = (x[i] - x[i ^ 1]) / 2;
      return (centered / Math.sqrt(centered ** 2 + 1)) * gamma[i & 1] + beta[i & 1];
    },
  },
  {
    kernel: CLIPKernel.NormalizedProjection,
    inputs: [random([ROWS, 1]), random([1, 2])],
    op: ([x, kernel]) => normalizedProjection(x as tf.Tensor2D, kernel),
    expected: (i, [x, kernel]) => (Math.sign(x[i >> 1]) * kernel[i & 1]) / Math.hypot(kernel[0], kernel[1]),
  },
  {
    // A single token attends itself: what comes out is its value.
    kernel: CLIPKernel.Attention,
    inputs: attentionInputs(ROWS, 1, 1),
    op: (given) => attend(given, 1),
    expected: (i, values) => values[0][i] * values[5][0] + values[6][0],
  },
  {
    kernel: CLIPKernel.Linear,
    inputs: [random([ROWS, 1]), random([1, 1])],
    op: ([x, kernel]) => linear(x, kernel),
    expected: (i, [x, kernel]) => x[i] * kernel[0],
  },
  {
    kernel: CLIPKernel.Similarity,
    inputs: [random([ROWS, 1]), random([1, 1]), random([])],
    op: ([texts, images, scale]) => similarity(texts as tf.Tensor2D, images as tf.Tensor2D, scale),
    expected: (i, [texts, images, scale]) => texts[i] * images[0] * Math.exp(scale[0]),
  },
  {
    kernel: CLIPKernel.TokenEmbedding, // 64 times four numbers a workgroup
    inputs: [randomIntegers([ROWS, 1], 20), randomIntegers([1, 1], 9), random([20, 253]), random([9, 253])],
    op: ([ids, positions, tokenTable, positionTable]) =>
      tokenEmbedding(ids as tf.Tensor2D, positions as tf.Tensor2D, tokenTable, positionTable),
    expected: (i, [ids, position, tokens, positions]) =>
      tokens[ids[Math.floor(i / 253)] * 253 + (i % 253)] + positions[position[0] * 253 + (i % 253)],
  },
  {
    kernel: CLIPKernel.PatchEmbedding,
    inputs: [random([1, 1, 1, ROWS]), random([1, 1, 1, 1]), random([1]), random([ROWS + 1, 1])],
    op: ([pixels, kernel, classEmbedding, positions]) =>
      patchEmbedding(pixels as tf.Tensor4D, kernel, classEmbedding, positions),
    expected: (i, [pixels, kernel, classEmbedding, positions]) =>
      (i === 0 ? classEmbedding[0] : pixels[i - 1] * kernel[0]) + positions[i],
  },
];

describeWebGPU('more workgroups than fit on an axis of the grid', () => {
  beforeAll(() => {
    const { device } = webgpu();
    for (const rows of [ROWS, ROWS + 1]) setChoice(device, { rows, columns: 1, depth: 1 }, 'loop1');
  });

  it.each(cases)('$kernel', async ({ inputs, op, expected }) => {
    await leavesNoTensors(async () => {
      const given = inputs.map(({ values, shape, dtype }) => tf.tensor(values, shape, dtype));
      const grids = gridsOf(() => given.push(tf.tidy(() => op(given))));
      expect(grids.at(-1)![1]).toBe(2);
      const actual = await given.at(-1)!.data();
      const values = inputs.map((input) => input.values);
      let worst = 0;
      for (let i = 0; i < actual.length; i++) {
        worst = Math.max(worst, Math.abs(actual[i] - expected(i, values)));
      }
      expect(actual.length).toBeGreaterThanOrEqual(ROWS);
      expect(worst).toBeLessThan(TOLERANCE);
      return given;
    });
  });
});

/** Of the programs that `action` runs. */
function gridsOf(action: () => void): number[][] {
  const backend = webgpu();
  const { runWebGPUProgram } = backend;
  const grids: number[][] = [];
  backend.runWebGPUProgram = (...run) => {
    grids.push(run[0].dispatch);
    return runWebGPUProgram.apply(backend, run);
  };
  action();
  backend.runWebGPUProgram = runWebGPUProgram;
  return grids;
}
