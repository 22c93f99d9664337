// SPDX-License-Identifier: Apache-2.0
/** What holds of every model class. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { CLIPConfig } from '../configuration/index.js';
import { DisposedError } from '../errors.js';
import { TFCLIPForImageClassification } from './clipForImageClassification.js';
import { TFCLIPModel } from './clipModel.js';
import { TFCLIPTextModel, TFCLIPTextModelWithProjection } from './clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from './clipVisionModel.js';
import type { ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';

interface Inputs {
  inputIds: tf.Tensor2D;
  attentionMask: tf.Tensor2D;
  pixelValues: tf.Tensor4D;
}
interface Model extends TFCLIPPreTrainedModel {
  call(inputs: Inputs, options?: object): object;
}
type Make = (options?: ModelOptions) => Model;

const config = tinyConfig();
const classes: [string, Make][] = [
  ['TFCLIPModel', (options) => new TFCLIPModel(config, options)],
  ['TFCLIPTextModel', (options) => new TFCLIPTextModel(config.textConfig, options)],
  [
    'TFCLIPTextModelWithProjection',
    (options) => new TFCLIPTextModelWithProjection(config.textConfig, options),
  ],
  ['TFCLIPVisionModel', (options) => new TFCLIPVisionModel(config.visionConfig, options)],
  [
    'TFCLIPVisionModelWithProjection',
    (options) => new TFCLIPVisionModelWithProjection(config.visionConfig, options),
  ],
  ['TFCLIPForImageClassification', (options) => new TFCLIPForImageClassification(config, options)],
];
const OPTIONS = [
  {},
  { outputHiddenStates: true },
  { outputAttentions: true },
  { outputHiddenStates: true, outputAttentions: true, returnLoss: true, training: true },
  { interpolatePosEncoding: true },
];

function makeInputs(): Inputs {
  return {
    inputIds: tf.tensor2d(
      [
        [1, 2, 19, 19],
        [3, 19, 0, 0],
        [4, 5, 6, 7],
      ],
      undefined,
      'int32',
    ),
    attentionMask: tf.tensor2d(
      [
        [1, 1, 1, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 1],
      ],
      undefined,
      'int32',
    ),
    pixelValues: tf.randomNormal<tf.Rank.R4>([3, 3, 8, 8], 0, 1, 'float32', 1),
  };
}

describeBackends('every model class', () => {
  describe.each(classes)('%s', (name, make) => {
    let model: Model;
    let inputs: Inputs;
    beforeAll(() => {
      model = make();
      inputs = makeInputs();
    });
    afterAll(() => {
      tf.dispose({ ...inputs });
      model.dispose();
    });

    it('leaves no tensors, whatever it is asked for', async () => {
      for (const options of OPTIONS) await leavesNoTensors(() => model.call(inputs, options));
      await leavesNoTensors(() => make().dispose());
    });

    it('within tf.tidy gives what is returned and frees the rest', async () => {
      await leavesNoTensors(async () => {
        const sum = tf.tidy(() => tf.sum(mainOutput(model.call(inputs))));
        expect(Number.isFinite((await sum.data())[0])).toBe(true);
        return sum;
      });
    });

    it('gives each of a batch what it gives it alone', async () => {
      const together = tf.tidy(() => mainOutput(model.call(inputs)));
      for (let i = 0; i < 3; i++) {
        const [alone, expected] = tf.tidy(() => [
          mainOutput(model.call(one(inputs, i))),
          tf.slice(together, i, 1),
        ]);
        await expect(alone).toBeCloseToTensor(expected, 1e-5);
        tf.dispose([alone, expected]);
      }
      together.dispose();
    });

    it('has the same random weights for the same seed', async () => {
      const [first, same, other] = [make({ seed: 1 }), make({ seed: 1 }), make({ seed: 2 })];
      expect(await values(first)).toEqual(await values(same));
      expect(await values(first)).not.toEqual(await values(other));
      for (const each of [first, same, other]) each.dispose();
    });

    it('trains all of its weights, or those that are not frozen', () => {
      const variables = [...model.namedWeights().values()];
      expect(new Set(model.trainableWeights)).toEqual(new Set(variables));
      model.layer.trainable = false;
      expect(model.trainableWeights).toEqual([]);
      model.layer.trainable = true;
      expect(model.trainableWeights.length).toBe(variables.length);
    });

    it('throws DisposedError after dispose, whatever is called', async () => {
      const disposed = make() as Model & Partial<TFCLIPModel>;
      disposed.dispose();
      disposed.dispose();
      const error = new DisposedError(`This ${name} was disposed; load it again with fromPretrained.`);
      expect(await thrown(() => disposed.call(inputs))).toStrictEqual(error);
      expect(await thrown(() => disposed.namedWeights())).toStrictEqual(error);
      expect(await thrown(() => disposed.trainableWeights)).toStrictEqual(error);
      expect(await thrown(() => disposed.savePretrained('nowhere'))).toStrictEqual(error);
      for (const method of ['getTextFeatures', 'getImageFeatures', 'toLayersModel'] as const) {
        if (!disposed[method]) continue;
        expect(await thrown(() => disposed[method]!(inputs))).toStrictEqual(error);
      }
    });
  });

  it('features leave no tensors', async () => {
    const model = new TFCLIPModel(config);
    const inputs = makeInputs();
    await leavesNoTensors(() => [model.getTextFeatures(inputs), model.getImageFeatures(inputs)]);
    tf.dispose({ ...inputs });
    model.dispose();
  });

  it('a frozen tower is left alone by an optimizer', async () => {
    const model = new TFCLIPModel(config);
    const inputs = makeInputs();
    model.layer.visionModel.trainable = false;
    const [before, optimizer] = [await values(model), tf.train.sgd(0.5)];
    await leavesNoTensors(() =>
      optimizer.minimize(() => model.call(inputs, { returnLoss: true }).loss!, false, model.trainableWeights),
    );
    const after = await values(model);
    const changed = Object.keys(after).filter((key) => String(after[key]) !== String(before[key]));
    expect(changed.filter((key) => key.startsWith('vision_model'))).toEqual([]);
    expect(changed).toEqual(expect.arrayContaining(['logit_scale', 'visual_projection.weight']));
    optimizer.dispose();
    tf.dispose({ ...inputs });
    model.dispose();
  });

  it('attention dropout applies in training only', async () => {
    const { text_config, vision_config, ...rest } = config.toJSON();
    const model = new TFCLIPModel(
      CLIPConfig.fromJSON({
        ...rest,
        text_config: { ...(text_config as object), attention_dropout: 0.5 },
        vision_config: { ...(vision_config as object), attention_dropout: 0.5 },
      }),
    );
    const inputs = makeInputs();
    const data = (training: boolean) =>
      Promise.all([
        read(() => model.getTextFeatures(inputs, { training })),
        read(() => model.getImageFeatures(inputs, { training })),
      ]);
    const [first, second, dropped] = [await data(false), await data(false), await data(true)];
    expect(first).toEqual(second);
    for (const i of [0, 1]) expect(first[i]).not.toEqual(dropped[i]);
    tf.dispose({ ...inputs });
    model.dispose();
  });
});

/** The first output that has one row an input. */
function mainOutput(output: object): tf.Tensor {
  const { textEmbeds, imageEmbeds, poolerOutput, logits } = output as Record<string, tf.Tensor>;
  if (textEmbeds && imageEmbeds) return tf.concat([textEmbeds, imageEmbeds], 1);
  return textEmbeds ?? imageEmbeds ?? poolerOutput ?? logits;
}

function one({ inputIds, attentionMask, pixelValues }: Inputs, i: number): Inputs {
  return {
    inputIds: tf.slice(inputIds, i, 1),
    attentionMask: tf.slice(attentionMask, i, 1),
    pixelValues: tf.slice(pixelValues, i, 1),
  };
}

async function values(model: Model): Promise<Record<string, ArrayLike<number>>> {
  const entries = [...model.namedWeights()].map(async ([name, v]) => [name, (await v.data()).slice()]);
  return Object.fromEntries(await Promise.all(entries));
}

async function read(compute: () => tf.Tensor): Promise<ArrayLike<number>> {
  const tensor = tf.tidy(compute);
  const data = await tensor.data();
  tensor.dispose();
  return data;
}
