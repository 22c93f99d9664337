// SPDX-License-Identifier: Apache-2.0
/** TensorFlow's operations as kernels, against tfjs's own ops on the cpu backend, and whole models against transformers. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPModel } from 'tfjs-clip';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { backends } from '../harness/backends.js';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { testAttention } from '../kernels/attentionCases.js';
import { testLayerNorm } from '../kernels/kernelCases.js';
import { testLinear } from '../kernels/linearCases.js';
import { matcherOn, matchesGradients, random, randomIntegers, TOLERANCE } from '../kernels/parity.js';

const isInstalled = backends.includes('tensorflow');
if (!isInstalled) console.warn('Skipped: kernels for tfjs-node, which is not installed.');

function describeNode(name: string, suite: () => void): void {
  (isInstalled ? describe : describe.skip)(`${name} on tfjs-node`, () => {
    beforeAll(async () => {
      await import('@tfjs-clip/node-kernels');
      await tf.setBackend('tensorflow');
    });
    suite();
  });
}

testLayerNorm(describeNode, 'tensorflow');
testLinear(describeNode, 'tensorflow');
testAttention(describeNode, 'tensorflow');

describeNode('products of matrices', () => {
  const matches = matcherOn('tensorflow');

  it.each([
    ['plain', false, false],
    ['the first transposed', true, false],
    ['the second transposed', false, true],
    ['both transposed', true, true],
  ])('tf.matMul, %s', async (_, transposeA, transposeB) => {
    const a = random(transposeA ? [5, 3] : [3, 5]);
    const b = random(transposeB ? [4, 5] : [5, 4]);
    await matches([a, b], ([a, b]) => tf.matMul(a, b, transposeA, transposeB), []);
  });

  it('trains by tfjs’s own gradients', async () => {
    const inputs = [random([2, 5, 13]), random([13, 7]), random([7])];
    const op = ([x, kernel, bias]: tf.Tensor[]) => linear(x, kernel, { bias, activation: 'quick_gelu' });
    await matchesGradients(inputs, op, [0, 1, 2], 'tensorflow');
  });

  it('leaves stacks of matrices and integers to tfjs-node', async () => {
    await matches([random([2, 3, 5]), random([2, 5, 4])], ([a, b]) => tf.matMul(a, b), []);
    await matches([randomIntegers([3, 5], 9), randomIntegers([5, 4], 9)], ([a, b]) => tf.matMul(a, b), []);
  });
});

describeNode('TFCLIPModel', () => {
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
