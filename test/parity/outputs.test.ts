// SPDX-License-Identifier: Apache-2.0
/** Every output of every model class, stage by stage, against transformers. */

import * as tf from '@tensorflow/tfjs';
import {
  type CLIPInputs,
  TFCLIPForImageClassification,
  TFCLIPModel,
  TFCLIPTextModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModel,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { beyond, differences, Fixture, modelFolder } from './fixture.js';

/** Relative to each stage's largest magnitude. Sums in another order; measured: up to 1e-6 on every backend. */
const TOLERANCE = 5e-6;
const ALL = { outputHiddenStates: true, outputAttentions: true };

describeBackends('TFCLIPModel', () => {
  it.each([
    ['clip-quick-gelu', 'base'],
    ['clip-quick-gelu', 'unequal'],
    ['clip-gelu', 'base'],
  ])('%s, %s: both towers, embeddings, logits and loss', async (model, set) => {
    await withModel(TFCLIPModel, model, async (clip, fixture) => {
      const inputs = fixture.inputs(set);
      const returnLoss = inputs.inputIds.shape[0] === inputs.pixelValues.shape[0];
      const output = {
        ...clip.call(inputs, { ...ALL, returnLoss }),
        textFeatures: clip.getTextFeatures(inputs),
        imageFeatures: clip.getImageFeatures(inputs),
      };
      await matches(output, fixture, set);
    });
  });

  it.each(['clip-gelu-sharded', 'clip-gelu-4.x'])('%s has the values of clip-gelu', async (model) => {
    const test = async (clip: TFCLIPModel, fixture: Fixture) => {
      const inputs = fixture.inputs('base');
      const output = {
        ...clip.call(inputs, { ...ALL, returnLoss: true }),
        textFeatures: clip.getTextFeatures(inputs),
        imageFeatures: clip.getImageFeatures(inputs),
      };
      await matches(output, fixture, 'base');
    };
    await withModel(TFCLIPModel, model, test, 'clip-gelu');
  });

  it.each(['clip-gelu-float16', 'clip-gelu-bfloat16'])('%s computes in float32', async (model) => {
    await withModel(TFCLIPModel, model, async (clip, fixture) => {
      const { textModelOutput, visionModelOutput, ...output } = clip.call(fixture.inputs('base'), {
        returnLoss: true,
      });
      await matches(output, fixture, 'base');
      expect(textModelOutput.keys()).toEqual(['lastHiddenState', 'poolerOutput']);
      expect(visionModelOutput.keys()).toEqual(['lastHiddenState', 'poolerOutput']);
    });
  });
});

describeBackends('one tower out of a full checkpoint', () => {
  it.each(['right-padding', 'left-padding', 'one-row-of-positions', 'positions'])('text, %s', async (set) => {
    await withModel(TFCLIPTextModel, 'clip-quick-gelu', async (text, fixture) => {
      await matches(text.call(fixture.inputs(`text.${set}`), ALL), fixture, `text.${set}`);
    });
  });

  it.each(['wide', 'tall', 'smaller', 'same-grid'])('vision, interpolated to a %s picture', async (set) => {
    await withModel(TFCLIPVisionModel, 'clip-quick-gelu', async (vision, fixture) => {
      const output = vision.call(fixture.inputs(`vision.${set}`), { ...ALL, interpolatePosEncoding: true });
      await matches(output, fixture, `vision.${set}`);
    });
  });

  it('interpolation leaves a picture of the configured size as it is', async () => {
    await withModel(TFCLIPVisionModel, 'clip-quick-gelu', async (vision, fixture) => {
      const { pixelValues } = fixture.inputs('base');
      const [plain, interpolated] = [false, true].map((interpolatePosEncoding) =>
        vision.call({ pixelValues }, { interpolatePosEncoding }),
      );
      const expected = await plain.lastHiddenState.data();
      expect(await interpolated.lastHiddenState.data()).toEqual(expected);
    });
  });

  it('with its projection, equal to the full model’s features', async () => {
    await withModel(TFCLIPModel, 'clip-quick-gelu', async (_, fixture) => {
      const inputs = fixture.inputs('base');
      await withModel(TFCLIPTextModelWithProjection, 'clip-quick-gelu', async (text) => {
        const expected = fixture.tensor('base.text_features');
        await expect(text.call(inputs).textEmbeds).toBeCloseToTensor(expected, TOLERANCE);
      });
      await withModel(TFCLIPVisionModelWithProjection, 'clip-quick-gelu', async (vision) => {
        const expected = fixture.tensor('base.image_features');
        await expect(vision.call(inputs).imageEmbeds).toBeCloseToTensor(expected, TOLERANCE);
      });
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
  ] as [string, Loadable, string][])('%s', async (folder, modelClass, recorded) => {
    const test = async (model: Model, fixture: Fixture) =>
      matches(model.call(fixture.inputs('base'), ALL), fixture, 'base');
    await withModel(modelClass, folder, test, recorded);
  });
});

describeBackends('TFCLIPForImageClassification', () => {
  it.each(['image-classification', 'image-regression'])('%s: logits and states', async (folder) => {
    await withModel(TFCLIPForImageClassification, folder, async (model, fixture) => {
      await matches(model.call(fixture.inputs('base'), ALL), fixture, 'base');
    });
  });

  it.each([
    ['image-classification', 'single'],
    ['image-classification', 'multi'],
    ['image-regression', 'regression'],
  ])('%s: the loss of %s labels', async (folder, set) => {
    await withModel(TFCLIPForImageClassification, folder, async (model, fixture) => {
      await matches(model.call(fixture.inputs(set)), fixture, set);
    });
  });
});

interface Loadable {
  fromPretrained(folder: string): Promise<Model>;
}
interface Model {
  call(inputs: CLIPInputs, options?: typeof ALL): object;
  dispose(): void;
}

/** Loads, tests inside one tidy's worth of tensors, disposes. */
async function withModel<M extends { dispose(): void }>(
  modelClass: { fromPretrained(folder: string): Promise<M> },
  name: string,
  test: (model: M, fixture: Fixture) => Promise<void>,
  recorded = name,
): Promise<void> {
  const model = await modelClass.fromPretrained(modelFolder(name));
  tf.engine().startScope();
  try {
    await test(model, await Fixture.read(recorded));
  } finally {
    tf.engine().endScope();
    model.dispose();
  }
}

async function matches(output: object, fixture: Fixture, set: string): Promise<void> {
  const stages = await differences(output, fixture, set);
  expect(beyond(TOLERANCE, stages)).toEqual({});
}
