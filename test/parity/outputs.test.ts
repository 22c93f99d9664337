// SPDX-License-Identifier: Apache-2.0
/** Every output of every model class, stage by stage, against transformers. */
import * as tf from '@tensorflow/tfjs';
import {
  TFCLIPForImageClassification,
  TFCLIPModel,
  TFCLIPTextModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModel,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { beyond, differences, Fixture, type Inputs, modelFolder, withModel } from '../harness/fixture.js';

/** Relative to each stage's largest magnitude. Sums in another order; measured: up to 1e-6 on every backend. */
const TOLERANCE = 5e-6;
const ALL = { outputHiddenStates: true, outputAttentions: true };

describeBackends('TFCLIPModel', () => {
  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
  ])('%s, %s: both towers, embeddings, logits and loss', async (folder, set) => {
    const fixture = await Fixture.read(folder);
    await withModel(TFCLIPModel.fromPretrained(modelFolder(folder)), (model) =>
      matches(everything(model, fixture.inputs(set)), fixture, set),
    );
  });

  it('takes pictures of another size when positions are interpolated', async () => {
    const fixture = await Fixture.read('clip-quick-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const { pixelValues } = fixture.inputs('vision.wide');
      const options = { ...ALL, interpolatePosEncoding: true };
      const { visionModelOutput, imageEmbeds } = model.call({ inputIds: [[1, 63]], pixelValues }, options);
      await matches(visionModelOutput, fixture, 'vision.wide');
      const features = model.getImageFeatures({ pixelValues }, options);
      await expect(tf.div(features, tf.norm(features))).toBeCloseToTensor(imageEmbeds, TOLERANCE);
    });
  });

  it.each(['clip-gelu-sharded', 'clip-gelu-4.x'])('%s has the values of clip-gelu', async (folder) => {
    const fixture = await Fixture.read('clip-gelu');
    await withModel(TFCLIPModel.fromPretrained(modelFolder(folder)), (model) =>
      matches(everything(model, fixture.inputs('base')), fixture, 'base'),
    );
  });

  it.each(['clip-gelu-float16', 'clip-gelu-bfloat16'])('%s computes in float32', async (folder) => {
    const fixture = await Fixture.read(folder);
    await withModel(TFCLIPModel.fromPretrained(modelFolder(folder)), async (model) => {
      const output = model.call(fixture.inputs('base'), { returnLoss: true });
      const { textModelOutput, visionModelOutput, ...brief } = output;
      await matches(brief, fixture, 'base');
    });
  });
});

describeBackends('one tower out of a full checkpoint', () => {
  it.each(['right-padding', 'left-padding', 'one-row-of-positions', 'positions'])(
    'text, %s',
    async (name) => {
      const [fixture, set] = [await Fixture.read('clip-quick-gelu'), `text.${name}`];
      await withModel(TFCLIPTextModel.fromPretrained(modelFolder('clip-quick-gelu')), (text) =>
        matches(text.call(fixture.inputs(set), ALL), fixture, set),
      );
    },
  );

  it.each(['wide', 'tall', 'smaller', 'same-grid'])('vision, interpolated to a %s picture', async (name) => {
    const [fixture, set] = [await Fixture.read('clip-quick-gelu'), `vision.${name}`];
    await withModel(TFCLIPVisionModel.fromPretrained(modelFolder('clip-quick-gelu')), (vision) =>
      matches(vision.call(fixture.inputs(set), { ...ALL, interpolatePosEncoding: true }), fixture, set),
    );
  });

  it.each(['clip-gelu', 'clip-gelu-sharded'])('either, from %s', async (folder) => {
    const fixture = await Fixture.read('clip-gelu');
    await withModel(TFCLIPTextModel.fromPretrained(modelFolder(folder)), (text) =>
      withModel(TFCLIPVisionModel.fromPretrained(modelFolder(folder)), async (vision) => {
        const inputs = fixture.inputs('base');
        const towers = [text.call(inputs).poolerOutput, vision.call(inputs).poolerOutput];
        for (const [i, tower] of ['text', 'vision'].entries()) {
          const expected = fixture.get(`base.${tower}_model_output.pooler_output`).values;
          await expect(towers[i]).toBeCloseToTensor(expected, TOLERANCE);
        }
      }),
    );
  });

  it('interpolation leaves a picture of the configured size as it is', async () => {
    const { pixelValues } = (await Fixture.read('clip-quick-gelu')).inputs('base');
    await withModel(TFCLIPVisionModel.fromPretrained(modelFolder('clip-quick-gelu')), async (vision) => {
      const plain = vision.call({ pixelValues });
      const interpolated = vision.call({ pixelValues }, { interpolatePosEncoding: true });
      expect(await interpolated.lastHiddenState.data()).toEqual(await plain.lastHiddenState.data());
    });
    pixelValues.dispose();
  });

  it('with its projection: the full model’s features', async () => {
    const [fixture, folder] = [await Fixture.read('clip-quick-gelu'), modelFolder('clip-quick-gelu')];
    await withModel(TFCLIPTextModelWithProjection.fromPretrained(folder), async (text) => {
      const { textEmbeds } = text.call(fixture.inputs('base'));
      await expect(textEmbeds).toBeCloseToTensor(fixture.tensor('base.text_features'), TOLERANCE);
    });
    await withModel(TFCLIPVisionModelWithProjection.fromPretrained(folder), async (vision) => {
      const { imageEmbeds } = vision.call(fixture.inputs('base'));
      await expect(imageEmbeds).toBeCloseToTensor(fixture.tensor('base.image_features'), TOLERANCE);
    });
  });
});

describeBackends('a tower saved by its own class', () => {
  it.each([
    ['text-model', TFCLIPTextModel, 'text-model'],
    ['text-model-4.x', TFCLIPTextModel, 'text-model'],
    ['text-model-with-projection', TFCLIPTextModelWithProjection, 'text-model-with-projection'],
    ['vision-model', TFCLIPVisionModel, 'vision-model'],
    ['vision-model-4.x', TFCLIPVisionModel, 'vision-model'],
    ['vision-model-with-projection', TFCLIPVisionModelWithProjection, 'vision-model-with-projection'],
  ] as [string, TowerClass, string][])('%s', async (folder, towerClass, recorded) => {
    const fixture = await Fixture.read(recorded);
    await withModel(towerClass.fromPretrained(modelFolder(folder)), (tower) =>
      matches(tower.call(fixture.inputs('base'), ALL), fixture, 'base'),
    );
  });
});

describeBackends('TFCLIPForImageClassification', () => {
  it.each([
    ['image-classification', 'base'],
    ['image-classification', 'single'],
    ['image-classification', 'multi'],
    ['image-regression', 'base'],
    ['image-regression', 'regression'],
  ])('%s, %s', async (folder, set) => {
    const fixture = await Fixture.read(folder);
    await withModel(TFCLIPForImageClassification.fromPretrained(modelFolder(folder)), (model) =>
      matches(model.call(fixture.inputs(set), set === 'base' ? ALL : {}), fixture, set),
    );
  });
});

interface TowerClass {
  fromPretrained(folder: string): Promise<{ call(inputs: Inputs, options: object): object; dispose(): void }>;
}

function everything(model: TFCLIPModel, inputs: Inputs): object {
  const returnLoss = inputs.inputIds.shape[0] === inputs.pixelValues.shape[0];
  return {
    ...model.call(inputs, { ...ALL, returnLoss }),
    textFeatures: model.getTextFeatures(inputs),
    imageFeatures: model.getImageFeatures(inputs),
  };
}

async function matches(output: object, fixture: Fixture, set: string): Promise<void> {
  expect(beyond(TOLERANCE, await differences(output, fixture, set))).toEqual({});
}
