// SPDX-License-Identifier: Apache-2.0
/** TensorFlow's operations as kernels, against tfjs's own ops on the cpu backend, and whole models against transformers. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPModel } from 'tfjs-clip';
import { CLIPKernel } from 'tfjs-clip/ops';
import { causalMask } from '../../packages/clip/src/ops/attentionMask.js';
import { layerNorm } from '../../packages/clip/src/ops/layerNorm.js';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { backends } from '../harness/backends.js';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { attend, attentionInputs } from '../webgpu/attend.js';
import { matchesComposed, matchesGradients, random, randomIntegers, type Values } from '../webgpu/parity.js';

const TOLERANCE = 5e-6;
const isInstalled = backends.includes('tensorflow');
if (!isInstalled) console.warn('Skipped: kernels for tfjs-node, which is not installed.');

(isInstalled ? describe : describe.skip)('kernels for tfjs-node', () => {
  const compare = (inputs: Values[], op: (inputs: tf.Tensor[]) => tf.Tensor, kernels: string[]) =>
    matchesComposed(inputs, op, kernels, 'tensorflow');

  beforeAll(async () => {
    await import('@tfjs-clip/node-kernels');
  });

  it.each([[[1, 1]], [[1, 3]], [[2, 7]], [[33, 3, 65]], [[2, 3, 768]]])('layer norm of %j', async (shape) => {
    const width = shape.at(-1)!;
    await compare(
      [random(shape, 3), random([width]), random([width])],
      ([x, gamma, beta]) => layerNorm(x, gamma, beta, 1e-5),
      [CLIPKernel.LayerNorm],
    );
  });

  it.each(['quick_gelu', 'gelu', 'gelu_new', 'relu', 'silu'] as const)(
    'linear with bias, %s and residual',
    async (activation) => {
      await compare(
        [random([2, 5, 13]), random([13, 7]), random([7]), random([2, 5, 7])],
        ([x, kernel, bias, residual]) => linear(x, kernel, { bias, activation, residual }),
        [CLIPKernel.Linear],
      );
    },
  );

  it.each([[[1, 1]], [[33, 3]], [[3, 1, 4]]])('linear of %j alone', async (shape) => {
    await compare([random(shape), random([shape.at(-1)!, 9])], ([x, kernel]) => linear(x, kernel), [
      CLIPKernel.Linear,
    ]);
  });

  it.each([
    [1, 1, 1, 1],
    [2, 7, 9, 3],
    [33, 3, 8, 2],
    [2, 50, 32, 4],
  ])('attention of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
    const inputs = attentionInputs(batch, sequence, width);
    await compare(inputs, (given) => attend(given, heads), [CLIPKernel.Attention]);
    const causal = (given: tf.Tensor[]) => attend(given, heads, causalMask(sequence));
    await compare(inputs, causal, [CLIPKernel.Attention]);
  });

  it.each([
    [4, 7, 9, 3],
    [3, 77, 16, 2],
  ])('masked attention of %d × %d states of width %d in %d heads', async (batch, sequence, width, heads) => {
    const inputs = [...attentionInputs(batch, sequence, width), randomIntegers([batch, sequence], 2)];
    await compare(inputs, (given) => attend(given, heads, causalMask(sequence, given[7] as tf.Tensor2D)), [
      CLIPKernel.MaskedAttention,
    ]);
    await compare(
      inputs,
      (given) => {
        const keyMask = tf.cast(given[7], 'bool') as tf.Tensor2D;
        const seen = tf.reshape(tf.sub(1, given[7]), [batch, 1, 1, sequence]);
        return attend(given, heads, { causal: false, keyMask, bias: tf.mul(seen, -3.4e38) as tf.Tensor4D });
      },
      [CLIPKernel.MaskedAttention],
    );
  });

  it.each([
    ['plain', false, false],
    ['the first transposed', true, false],
    ['the second transposed', false, true],
    ['both transposed', true, true],
  ])('tf.matMul, %s', async (_, transposeA, transposeB) => {
    const a = random(transposeA ? [5, 3] : [3, 5]);
    const b = random(transposeB ? [4, 5] : [5, 4]);
    await compare([a, b], ([a, b]) => tf.matMul(a, b, transposeA, transposeB), []);
  });

  it('trains by tfjs’s own gradients', async () => {
    const inputs = [random([2, 5, 13]), random([13, 7]), random([7])];
    const op = ([x, kernel, bias]: tf.Tensor[]) => linear(x, kernel, { bias, activation: 'quick_gelu' });
    await matchesGradients(inputs, op, [0, 1, 2], 'tensorflow');
  });

  it('leaves stacks of matrices and integers to tfjs-node', async () => {
    await compare([random([2, 3, 5]), random([2, 5, 4])], ([a, b]) => tf.matMul(a, b), []);
    await compare([randomIntegers([3, 5], 9), randomIntegers([5, 4], 9)], ([a, b]) => tf.matMul(a, b), []);
  });

  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
  ])('%s, %s: transformers’ outputs', async (folder, set) => {
    await tf.setBackend('tensorflow');
    const fixture = await Fixture.read(folder);
    await withModel(TFCLIPModel.fromPretrained(modelFolder(folder)), async (model) => {
      const { textModelOutput, visionModelOutput, ...outputs } = model.call(fixture.inputs(set));
      for (const [name, tensor] of Object.entries(outputs)) {
        const recorded = `${set}.${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
        await expect(tensor).toBeCloseToTensor(fixture.get(recorded).values, TOLERANCE);
      }
    });
  });
});
