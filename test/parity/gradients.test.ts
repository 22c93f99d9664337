// SPDX-License-Identifier: Apache-2.0
/** The gradient of every parameter, of each loss, against torch's. */
import * as tf from '@tensorflow/tfjs';
import { fromOurLayout } from '@tfjs-clip/weights-converter';
import { TFCLIPForImageClassification, TFCLIPModel, TFCLIPTextModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { beyond, Fixture, modelFolder, relativeDifference, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';

/** Relative to each gradient's largest magnitude; measured: up to 2e-6. */
const TOLERANCE = 1e-5;

/**
 * A key's bias adds the same to all scores of a query, which softmax ignores: its gradient is zero but for rounding,
 * here and in torch, and is measured against the query's.
 */
const NONE = /k_proj\.bias$/;

describeBackends('gradients', () => {
  it('of the contrastive loss: all parameters of both towers, and the pixels', async () => {
    const expected = await Fixture.read('clip-quick-gelu', 'gradients');
    const recorded = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const inputs = recorded.inputs('base');
      await matches(model, () => model.call(inputs, { returnLoss: true }).loss!, expected);
      const ofPixels = tf.grad(
        (pixelValues) => model.call({ ...inputs, pixelValues }, { returnLoss: true }).loss!,
      );
      const gradient = ofPixels(inputs.pixelValues);
      await expect(gradient).toBeCloseToTensor(expected.tensor('pixel_values'), TOLERANCE);
    });
  });

  it('of a loss on the real tokens of padded texts', async () => {
    const expected = await Fixture.read('text-model', 'gradients');
    const recorded = await Fixture.read('text-model');
    await withModel(TFCLIPTextModel.fromPretrained(modelFolder('text-model')), async (model) => {
      const inputs = recorded.inputs('base');
      const mask = tf.cast(inputs.attentionMask!, 'float32');
      const probe = expected.tensor('probe');
      const loss = () => {
        const { lastHiddenState } = model.call(inputs);
        const perToken = tf.sum(tf.mul(lastHiddenState, probe), -1);
        return tf.div(tf.sum(tf.mul(perToken, mask)), tf.sum(mask)) as tf.Scalar;
      };
      await matches(model, loss, expected, (name) => name.replace(/^text_model\./, ''));
    });
  });

  it.each([
    ['image-classification', 'single'],
    ['image-classification', 'multi'],
    ['image-regression', 'regression'],
  ])('of %s with %s labels', async (folder, set) => {
    const recorded = await Fixture.read(folder);
    await withModel(TFCLIPForImageClassification.fromPretrained(modelFolder(folder)), async (model) => {
      const inputs = recorded.inputs(set);
      await matches(
        model,
        () => model.call(inputs).loss!,
        recorded,
        (name) => (name === 'loss' ? `${set}.loss` : `${set}.gradient.${name}`),
      );
    });
  });
});

interface Trainable {
  namedWeights(): Map<string, tf.Variable>;
  readonly trainableWeights: tf.Variable[];
}

/** @param nameOf what the fixture calls the gradient of a parameter */
async function matches(
  model: Trainable,
  loss: () => tf.Scalar,
  expected: Fixture,
  nameOf = (parameter: string) => parameter,
): Promise<void> {
  await leavesNoTensors(async () => {
    const { value, grads } = tf.variableGrads(loss, model.trainableWeights);
    await expect(value).toBeCloseToTensor(expected.get(nameOf('loss')).values, TOLERANCE);
    const stages: Record<string, number> = {};
    for (const [name, variable] of model.namedWeights()) {
      const gradient = grads[variable.name];
      expect({ name, used: gradient !== undefined }).toEqual({ name, used: expected.has(nameOf(name)) });
      if (!gradient) continue; // A classifier makes no use of post_layernorm.
      const ours = fromOurLayout(name, gradient.shape, (await gradient.data()) as Float32Array);
      const theirs = expected.get(nameOf(name));
      expect({ name, shape: ours.shape }).toEqual({ name, shape: theirs.shape });
      stages[name] = NONE.test(name)
        ? largest(ours.data) / largest(expected.get(nameOf(name.replace('k_proj', 'q_proj'))).values)
        : relativeDifference(ours.data, theirs.values);
    }
    expect(beyond(TOLERANCE, stages)).toEqual({});
    return [value, grads];
  });
}

function largest(values: ArrayLike<number>): number {
  return Array.from(values, Math.abs).reduce((a, b) => Math.max(a, b), 0);
}
