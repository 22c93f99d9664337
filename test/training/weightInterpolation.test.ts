// SPDX-License-Identifier: Apache-2.0
/** Between two models, and what trains of one. */
import * as tf from '@tensorflow/tfjs';
import {
  countParameters,
  interpolateWeights,
  type LastLayers,
  lastLayers,
  lockImageTower,
  lockTextTower,
  namedParts,
  sweepInterpolation,
  type Trainable,
  train,
  weightsOf,
} from '@tfjs-clip/training';
import { CLIPConfig, InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { valuesOf } from './adapted.js';
import { memoryBatches } from './memoryBatches.js';

describeBackends('interpolation', () => {
  it('is (1 − alpha) · original + alpha · fine-tuned, and the originals at its ends', async () => {
    const [original, fineTuned] = [0, 1].map((seed) => new TFCLIPModel(tinyConfig(), { seed }));
    const [before, learnt] = [await valuesOf(original), await valuesOf(fineTuned)];
    await leavesNoTensors(async () => {
      const points = await sweepInterpolation(original, fineTuned, [0, 0.3, 1], valuesOf);
      expect(points.map(({ alpha }) => alpha)).toEqual([0, 0.3, 1]);
      expect(points[0].result).toEqual(before);
      expect(points[2].result).toEqual(learnt);
      for (const [name, values] of points[1].result) {
        const expected = values.map((_, i) => 0.7 * before.get(name)![i] + 0.3 * learnt.get(name)![i]);
        await expect(values).toBeCloseToTensor(expected, 1e-6);
      }
      expect(await valuesOf(fineTuned)).toEqual(learnt);
      interpolateWeights(original, fineTuned, 0.3);
      expect(await valuesOf(fineTuned)).toEqual(points[1].result);
      expect(await valuesOf(original)).toEqual(before);
    });
    for (const model of [original, fineTuned]) model.dispose();
  });
});

describe('interpolation', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('gives the weights back after an error', async () => {
    const [original, fineTuned] = [0, 1].map((seed) => new TFCLIPModel(tinyConfig(), { seed }));
    const learnt = await valuesOf(fineTuned);
    await leavesNoTensors(() =>
      thrown(() => sweepInterpolation(original, fineTuned, [0.5], () => Promise.reject(new Error('no')))),
    );
    expect(await valuesOf(fineTuned)).toEqual(learnt);
    for (const model of [original, fineTuned]) model.dispose();
  });

  it('refuses an alpha beyond the ends, and models that are not alike, and changes nothing', async () => {
    const { textConfig, visionConfig } = tinyConfig();
    const wider = new CLIPConfig({ textConfig, visionConfig, projectionDim: 7 });
    const [original, fineTuned] = [new TFCLIPModel(wider), new TFCLIPModel(tinyConfig(), { seed: 1 })];
    const learnt = await valuesOf(fineTuned);
    const alike = new InvalidArgumentError(
      'The models are not of one architecture: visual_projection.weight is [8,7] in the original and [8,6] in the other; ' +
        'text_projection.weight is [8,7] in the original and [8,6] in the other.',
    );
    expect(await thrown(() => interpolateWeights(original, fineTuned, 0.5))).toStrictEqual(alike);
    expect(await thrown(() => sweepInterpolation(original, fineTuned, [0.5], valuesOf))).toStrictEqual(alike);
    expect(await thrown(() => interpolateWeights(fineTuned, fineTuned, 1.5))).toStrictEqual(
      new InvalidArgumentError('alpha is 1.5, but must be from 0, the original, to 1, what was trained.'),
    );
    expect(await valuesOf(fineTuned)).toEqual(learnt);
    for (const model of [original, fineTuned]) model.dispose();
  });
});

describe('what trains', () => {
  let model: TFCLIPModel;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    model = new TFCLIPModel(tinyConfig());
  });
  afterAll(() => model.dispose());

  it.each<[string, (model: TFCLIPModel) => Trainable, RegExp]>([
    ['everything', weightsOf, /^/],
    ['but the image tower', lockImageTower, /^(text_|logit_scale)/],
    ['but the text tower', lockTextTower, /^(vision_|visual_|logit_scale)/],
    [
      'of the last layers of both towers',
      (model) => lastLayers(model, { text: 1, vision: 2 }),
      /^(text_.*(layers\.1\.|final_layer_norm|projection)|vision_.*(layers\.[01]|post_layernorm)|visual_|logit_scale)/,
    ],
    [
      'of the last layer of one',
      (model) => lastLayers(model, { vision: 1 }),
      /^(vision_.*(layers\.1\.|post_layernorm)|visual_|logit_scale)/,
    ],
    [
      'by name',
      (model) => namedParts(model, [/layer_norm\d/, 'vision_model.encoder.layers.1', 'logit_scale']),
      /layer_norm\d|^vision_model\.encoder\.layers\.1\.|^logit_scale$/,
    ],
  ])('%s: as counted, and no other weight changes', async (_, make, expected) => {
    const model = new TFCLIPModel(tinyConfig());
    const before = await valuesOf(model);
    const trainable = make(model);
    const names = [...before.keys()].filter((name) => expected.test(name));
    expect([...trainable.parameters.keys()]).toEqual(names);
    const sizes = [...before.values()].map(({ length }) => length);
    expect(countParameters(trainable)).toEqual({
      trained: names.reduce((sum, name) => sum + before.get(name)!.length, 0),
      all: sizes.reduce((sum, size) => sum + size, 0),
    });
    const options = { steps: 2, learningRate: 0.01, schedule: 'constant' } as const;
    await train(trainable, memoryBatches(1), options);
    // The bias of keys has a gradient of 0, as softmax is not changed by it.
    const changed = [...(await valuesOf(model))].filter(
      ([name, values]) => String(values) !== String(before.get(name)),
    );
    expect(changed.map(([name]) => name).filter((name) => !names.includes(name))).toEqual([]);
    expect(changed.length).toBeGreaterThan(0.8 * names.length);
    model.dispose();
  });

  it.each<[LastLayers, string]>([
    [{ text: 3 }, 'text is 3, but must be a whole number from 0 to 2, the layers of that tower.'],
    [{ vision: 0.5 }, 'vision is 0.5, but must be a whole number from 0 to 2, the layers of that tower.'],
    [{ text: 0 }, 'Nothing would train: give text or vision a number of layers above 0.'],
  ])('is not %j', async (layers, sentence) => {
    expect(await thrown(() => lastLayers(model, layers))).toStrictEqual(new InvalidArgumentError(sentence));
  });

  it('is not what has no name', async () => {
    expect(await thrown(() => namedParts(model, ['vision_model.encoder.layers.11']))).toStrictEqual(
      new InvalidArgumentError(
        'No weight of the model matches vision_model.encoder.layers.11; its names are such as logit_scale, ' +
          'text_projection.weight.',
      ),
    );
    expect(await thrown(() => namedParts(model, []))).toStrictEqual(
      new InvalidArgumentError('Nothing would train: name some weights.'),
    );
  });
});
