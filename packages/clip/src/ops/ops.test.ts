// SPDX-License-Identifier: Apache-2.0
/** Values and gradients of every op and activation, against torch's. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { ACTIVATIONS } from '../configuration/index.js';
import { interpolatePositions } from '../layers/positionInterpolation.js';
import { clipLoss } from '../models/losses.js';
import { attention } from './attention.js';
import { causalMask } from './attentionMask.js';
import { tokenEmbedding } from './embedding.js';
import { layerNorm } from './layerNorm.js';
import { linear } from './linear.js';
import { patchEmbedding } from './patchEmbedding.js';
import { normalizedProjection, similarity } from './similarity.js';

// biome-ignore lint/suspicious/noExplicitAny: tensors of any rank by name, as the fixture has them
type Inputs = Record<string, any>;

/** Relative to the largest magnitude; tfjs approximates erf, so gelu has the largest difference. */
const TOLERANCE = 2e-6;

const ops: Record<string, (inputs: Inputs) => tf.Tensor> = {
  layerNorm: ({ x, gamma, beta }) => layerNorm(x, gamma, beta, 1e-3),
  ...Object.fromEntries(
    ACTIVATIONS.map((activation) => [
      `linear.${activation}`,
      ({ x, kernel, bias, residual }: Inputs) => linear(x, kernel, { bias, residual, activation }),
    ]),
  ),
  'linear.plain': ({ x, kernel }) => linear(x, kernel),
  'attention.full': (inputs) => attend(inputs, 3),
  'attention.causal': (inputs) => attend(inputs, 2, causalMask(5)),
  'attention.masked': (inputs) => attend(inputs, 1, causalMask(5, inputs.mask)),
  patchEmbedding: ({ pixelValues, kernel, classEmbedding, positionEmbedding }) =>
    patchEmbedding(pixelValues, kernel, classEmbedding, positionEmbedding),
  tokenEmbedding: ({ ids, positions, tokenTable, positionTable }) =>
    tokenEmbedding(ids, positions, tokenTable, positionTable),
  normalizedProjection: ({ x, kernel }) => normalizedProjection(x, kernel),
  similarity: ({ texts, images, logitScale }) => similarity(texts, images, logitScale),
  ...Object.fromEntries(
    ['5x7', '2x3', '1x4', '4x4'].map((size) => {
      const [rows, columns] = size.split('x').map(Number);
      return [`interpolation.${size}`, ({ table }: Inputs) => interpolatePositions(table, rows, columns)];
    }),
  ),
  clipLoss: ({ logits }) => clipLoss(logits),
};

function attend(inputs: Inputs, numHeads: number, mask?: ReturnType<typeof causalMask>): tf.Tensor {
  const part = (name: string) => ({ kernel: inputs[`${name}Kernel`], bias: inputs[`${name}Bias`] });
  const [query, key, value] = ['query', 'key', 'value'].map(part);
  const options = { query, key, value, numHeads, mask, dropout: 0, outputAttentions: false };
  return attention(inputs.x, options).hiddenStates;
}

describeBackends('ops', () => {
  let fixture: Fixture;
  beforeAll(async () => {
    fixture = await Fixture.open('ops.safetensors');
  });

  it('are all here', () => {
    const recorded = fixture.names().flatMap((name) => /^(.*)\.output$/.exec(name)?.[1] ?? []);
    expect(recorded.sort()).toEqual(Object.keys(ops).sort());
  });

  it.each(Object.keys(ops))('%s', async (name) => {
    await leavesNoTensors(async () => {
      const inputs = Object.fromEntries(
        fixture.names(`${name}.inputs.`).map((key) => [key, fixture.tensor(`${name}.inputs.${key}`)]),
      );
      const output = tf.tidy(() => ops[name](inputs));
      await expect(output).toBeCloseToTensor(fixture.get(`${name}.output`).values, TOLERANCE);
      expect(output.shape).toEqual(fixture.get(`${name}.output`).shape);
      const gradients = differentiate(name, inputs);
      // Softmax ignores what a key's bias adds to all scores of a query: that gradient is zero but for rounding.
      for (const [key, gradient] of Object.entries(gradients)) {
        const { shape, values } = fixture.get(`${name}.gradients.${key}`);
        expect(gradient.shape).toEqual(shape);
        if (key === 'keyBias') expect(Math.max(...(await gradient.data()).map(Math.abs))).toBeLessThan(1e-5);
        else await expect(gradient).toBeCloseToTensor(values, TOLERANCE);
      }
      return [inputs, output, gradients];
    });
  });

  /** d sum(output · probe) / d input for every float input. */
  function differentiate(name: string, inputs: Inputs): Record<string, tf.Tensor> {
    const probe = fixture.tensor(`${name}.probe`);
    const keys = fixture.names(`${name}.gradients.`);
    const gradients = tf.grads((...given: tf.Tensor[]) => {
      const changed = Object.fromEntries(keys.map((key, i) => [key, given[i]]));
      return tf.sum(tf.mul(ops[name]({ ...inputs, ...changed }), probe));
    })(keys.map((key) => inputs[key]));
    probe.dispose();
    return Object.fromEntries(keys.map((key, i) => [key, gradients[i]]));
  }
});
