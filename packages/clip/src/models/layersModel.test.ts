// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { artifactsOf } from '../../../../test/harness/checkLayer.js';
import { Fixture, modelFolder } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { CLIPConfig } from '../configuration/index.js';
import { TFCLIPModel } from './clipModel.js';
import { TFCLIPTextModelWithProjection } from './clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from './clipVisionModel.js';

const sizes = { hiddenSize: 8, intermediateSize: 12, numHiddenLayers: 2, numAttentionHeads: 2 };
const config = new CLIPConfig({
  projectionDim: 6,
  textConfig: { ...sizes, vocabSize: 20, maxPositionEmbeddings: 7, hiddenAct: 'gelu_pytorch_tanh' },
  visionConfig: { ...sizes, imageSize: 8, patchSize: 4, hiddenAct: 'quick_gelu' },
});

describeBackends('toLayersModel', () => {
  let fixture: Fixture;
  let model: TFCLIPModel;
  beforeAll(async () => {
    fixture = await Fixture.read('clip-quick-gelu');
    model = await TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu'));
  });
  afterAll(() => model.dispose());

  it('predicts what the model computes: text with a mask, and pictures', async () => {
    const { text, vision } = model.toLayersModel();
    const { inputIds, attentionMask } = fixture.inputs('text.right-padding');
    const { pixelValues } = fixture.inputs('base');
    const textEmbeds = text.predict([inputIds, attentionMask!]) as tf.Tensor;
    const imageEmbeds = vision.predict(pixelValues) as tf.Tensor;
    const expected = tf.tidy(() => [
      model.getTextFeatures({ inputIds, attentionMask }),
      model.getImageFeatures({ pixelValues }),
    ]);
    await expect(textEmbeds).toBeCloseToTensor(expected[0], 1e-6);
    await expect(imageEmbeds).toBeCloseToTensor(expected[1], 1e-6);
    tf.dispose([inputIds, attentionMask!, pixelValues, textEmbeds, imageEmbeds, expected]);
  });

  it('leaves no tensors', async () => {
    const { text, vision } = model.toLayersModel();
    const { inputIds, pixelValues } = fixture.inputs('base');
    const mask = tf.onesLike(inputIds);
    await leavesNoTensors(() => [
      text.predict([inputIds, mask]) as tf.Tensor,
      vision.predict(pixelValues) as tf.Tensor,
    ]);
    await leavesNoTensors(() => void model.toLayersModel());
    tf.dispose([inputIds, pixelValues, mask]);
  });

  it('has a summary that names the blocks and counts every weight', () => {
    const lines: string[] = [];
    const { text, vision } = model.toLayersModel();
    text.summary(120, undefined, (line) => lines.push(line));
    expect(lines.join('\n')).toContain('text_model/encoder/layers/1');
    const size = (prefix: string) =>
      [...model.namedWeights()].reduce(
        (sum, [name, { size }]) => sum + (name.startsWith(prefix) ? size : 0),
        0,
      );
    expect(text.countParams()).toBe(size('text_'));
    expect(vision.countParams()).toBe(size('visi') + size('visual_'));
  });

  it.each(['text', 'vision'] as const)(
    'gives the same when it was saved and loaded, and leaves no tensor: %s',
    async (tower) => {
      await leavesNoTensors(async () => {
        const model = new TFCLIPModel(config);
        const layersModel = model.toLayersModel()[tower];
        const reloaded = await tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(layersModel)));
        const inputs = inputsOf(tower);
        const [expected, actual] = [layersModel, reloaded].map((each) => each.predict(inputs) as tf.Tensor);
        await expect(actual).toBeCloseToTensor(expected, 0);
        tf.dispose([expected, actual, inputs]);
        reloaded.dispose();
        model.dispose();
      });
    },
  );

  it('fit changes the weights, which are the model’s own', async () => {
    const trained = await TFCLIPVisionModelWithProjection.fromPretrained(
      modelFolder('vision-model-with-projection'),
    );
    const vision = trained.toLayersModel();
    const { pixelValues } = (await Fixture.read('vision-model-with-projection')).inputs('base');
    const before = await snapshot(trained);
    vision.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' });
    const target = tf.ones([2, 13]);
    const history = await vision.fit(pixelValues, target, { epochs: 3, verbose: 0 });
    const losses = history.history.loss as number[];
    expect(losses[2]).toBeLessThan(losses[0]);
    const after = await snapshot(trained);
    const changed = [...before.keys()].filter((name) => String(after.get(name)) !== String(before.get(name)));
    // The gradient of a key's bias is zero but for rounding.
    expect(changed).toEqual(
      expect.arrayContaining([...before.keys()].filter((n) => !n.includes('k_proj.bias'))),
    );
    const [ours, theirs] = tf.tidy(() => [
      trained.call({ pixelValues }).imageEmbeds,
      vision.predict(pixelValues),
    ]);
    await expect(ours).toBeCloseToTensor(theirs as tf.Tensor, 1e-6);
    tf.dispose([pixelValues, target, ours, theirs]);
    trained.dispose();
  });

  it('disposed leaves the model its weights, to be used again', async () => {
    await leavesNoTensors(async () => {
      const inputs = fixture.inputs('base');
      for (let i = 0; i < 2; i++) {
        const { text, vision } = model.toLayersModel();
        const features = vision.predict(inputs.pixelValues) as tf.Tensor;
        await expect(features).toBeCloseToTensor(fixture.get('base.image_features').values, 5e-6);
        features.dispose();
        for (const tower of [text, vision]) expect(tower.dispose().numDisposedVariables).toBe(0);
      }
      return { ...inputs };
    });
    const sizes = [...model.namedWeights().values()].map(({ size }) => size);
    expect(model.layer.countParams()).toBe(sizes.reduce((a, b) => a + b));
  });

  it('of a tower alone, and one of it after another', async () => {
    const tower = await TFCLIPVisionModel.fromPretrained(modelFolder('vision-model'));
    tower.toLayersModel();
    const second = tower.toLayersModel();
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(second)));
    const recorded = await Fixture.read('vision-model');
    const { pixelValues } = recorded.inputs('base');
    const pooled = loaded.predict(pixelValues) as tf.Tensor;
    await expect(pooled).toBeCloseToTensor(recorded.get('base.pooler_output').values, 5e-6);
    tf.dispose([pixelValues, pooled]);
    loaded.dispose();
    tower.dispose();
  });

  it('of a text tower takes texts of any length', async () => {
    const tower = await TFCLIPTextModelWithProjection.fromPretrained(
      modelFolder('text-model-with-projection'),
    );
    const text = tower.toLayersModel();
    for (const length of [3, 8]) {
      const [ids, mask] = [tf.ones([2, length], 'int32'), tf.ones([2, length], 'int32')];
      const output = text.predict([ids, mask]) as tf.Tensor;
      const expected = tower.call({ inputIds: ids });
      await expect(output).toBeCloseToTensor(expected.textEmbeds, 1e-6);
      tf.dispose([ids, mask, output, { ...expected }]);
    }
    tower.dispose();
  });
});

async function snapshot(model: {
  namedWeights(): Map<string, tf.Variable>;
}): Promise<Map<string, Float32Array>> {
  const entries = [...model.namedWeights()].map(async ([name, variable]) => [
    name,
    (await variable.data()).slice(),
  ]);
  return new Map((await Promise.all(entries)) as [string, Float32Array][]);
}

function inputsOf(tower: 'text' | 'vision'): tf.Tensor[] {
  if (tower === 'vision') return [tf.randomNormal([2, 3, 8, 8], 0, 1, 'float32', 1)];
  return [tf.tensor2d([[1, 5, 19, 19]], undefined, 'int32'), tf.tensor2d([[1, 1, 1, 0]], undefined, 'int32')];
}
