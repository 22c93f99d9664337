// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { beyond, differences, Fixture, modelFolder } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { DisposedError, InvalidArgumentError } from '../errors.js';
import { TFCLIPModel } from './clipModel.js';
import {
  FlaxCLIPForImageClassification,
  FlaxCLIPModel,
  FlaxCLIPTextModel,
  FlaxCLIPTextModelWithProjection,
  FlaxCLIPVisionModel,
  FlaxCLIPVisionModelWithProjection,
  type Params,
} from './functional.js';

const TOLERANCE = 5e-6;
const ALL = { outputHiddenStates: true, outputAttentions: true };

interface Loadable {
  fromPretrained(folder: string): Promise<{ call(inputs: object, options: object): object; dispose(): void }>;
}

describeBackends('the functional form', () => {
  it.each([
    ['text-model', FlaxCLIPTextModel],
    ['text-model-with-projection', FlaxCLIPTextModelWithProjection],
    ['vision-model', FlaxCLIPVisionModel],
    ['vision-model-with-projection', FlaxCLIPVisionModelWithProjection],
    ['image-classification', FlaxCLIPForImageClassification],
  ] as [string, Loadable][])('gives what transformers gives: %s', async (folder, modelClass) => {
    const fixture = await Fixture.read(folder);
    await leavesNoTensors(async () => {
      const model = await modelClass.fromPretrained(modelFolder(folder));
      const inputs = fixture.inputs('base');
      const output = model.call(inputs, ALL);
      expect(beyond(TOLERANCE, await differences(output, fixture, 'base'))).toEqual({});
      model.dispose();
      return [{ ...inputs }, output];
    });
  });

  it('of the whole model: outputs, features and torch’s gradients with respect to the params', async () => {
    const [fixture, gradients] = [
      await Fixture.read('clip-quick-gelu'),
      await Fixture.read('clip-quick-gelu', 'gradients'),
    ];
    await leavesNoTensors(async () => {
      const model = await FlaxCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
      const inputs = fixture.inputs('base');
      const output = {
        ...model.call(inputs, { ...ALL, returnLoss: true }),
        textFeatures: model.getTextFeatures(inputs),
        imageFeatures: model.getImageFeatures(inputs),
      };
      expect(beyond(TOLERANCE, await differences(output, fixture, 'base'))).toEqual({});
      const names = [
        'logit_scale',
        'text_model.embeddings.token_embedding.weight',
        'vision_model.pre_layrnorm.weight',
      ];
      const loss = (...given: tf.Tensor[]) => {
        const params = { ...model.params, ...Object.fromEntries(names.map((name, i) => [name, given[i]])) };
        return model.apply(params, inputs, { returnLoss: true }).loss!;
      };
      const ours = tf.grads(loss)(names.map((name) => model.params[name]));
      for (const [i, name] of names.entries()) {
        await expect(ours[i]).toBeCloseToTensor(gradients.get(name).values, 1e-5);
      }
      model.dispose();
      return [{ ...inputs }, output, ours];
    });
  });

  it('computes on the params it is given, and changes none', async () => {
    const model = new FlaxCLIPModel(tinyConfig());
    const inputs = tinyInputs();
    const scale = tf.scalar(0);
    const before = tf.tidy(() => model.call(inputs).logitsPerText);
    const cosines = tf.tidy(() => model.apply({ ...model.params, logit_scale: scale }, inputs).logitsPerText);
    const after = tf.tidy(() => model.call(inputs).logitsPerText);
    expect(await after.data()).toEqual(await before.data());
    await expect(tf.div(before, Math.exp(2.6592))).toBeCloseToTensor(cosines, 1e-5);
    tf.dispose([before, cosines, after, scale, inputs.pixelValues]);
    model.dispose();
  });

  it('starts from the random weights of the TF form with the same seed', async () => {
    const [flax, stateful] = [
      new FlaxCLIPModel(tinyConfig(), { seed: 3 }),
      new TFCLIPModel(tinyConfig(), { seed: 3 }),
    ];
    expect(Object.keys(flax.params)).toEqual([...stateful.namedWeights().keys()]);
    for (const [name, variable] of stateful.namedWeights()) {
      expect(await flax.params[name].data()).toEqual(await variable.data());
    }
    flax.dispose();
    stateful.dispose();
  });

  it('drops attention weights only with train: true', async () => {
    const config = tinyConfig();
    Object.assign(config.textConfig, { attentionDropout: 0.5 });
    const model = new FlaxCLIPTextModel(config.textConfig);
    const pooled = async (train: boolean) => {
      const output = model.call({ inputIds: [[1, 2, 3, 19]] }, { train });
      const data = await output.poolerOutput.data();
      output.dispose();
      return data;
    };
    expect(await pooled(false)).toEqual(await pooled(false));
    expect(await pooled(true)).not.toEqual(await pooled(false));
    model.dispose();
  });

  it('names every param that does not fit', async () => {
    const model = new FlaxCLIPModel(tinyConfig());
    const inputs = tinyInputs();
    const { logit_scale, ...params } = model.params;
    const wrong: Params = { ...params, 'text_projection.weight': logit_scale, temperature: logit_scale };
    await leavesNoTensors(async () => {
      expect(await thrown(() => model.apply(wrong, inputs))).toStrictEqual(
        new InvalidArgumentError(
          'These params are not those of FlaxCLIPModel: logit_scale is missing; ' +
            'text_projection.weight is [] instead of [8,6]; temperature is unknown.',
        ),
      );
    });
    inputs.pixelValues.dispose();
    model.dispose();
  });

  it('throws DisposedError after dispose', async () => {
    const model = new FlaxCLIPModel(tinyConfig());
    const [inputs, params] = [tinyInputs(), { ...model.params }];
    model.dispose();
    model.dispose();
    const error = new DisposedError('This FlaxCLIPModel was disposed; load it again with fromPretrained.');
    expect(await thrown(() => model.call(inputs))).toStrictEqual(error);
    expect(await thrown(() => model.apply(params, inputs))).toStrictEqual(error);
    expect(await thrown(() => model.getTextFeatures(inputs))).toStrictEqual(error);
    expect(await thrown(() => model.getImageFeatures(inputs))).toStrictEqual(error);
    inputs.pixelValues.dispose();
  });
});

function tinyInputs() {
  return {
    inputIds: [
      [1, 2, 19],
      [3, 19, 19],
    ],
    pixelValues: tf.ones<tf.Rank.R4>([1, 3, 8, 8]),
  };
}
