// SPDX-License-Identifier: Apache-2.0
/** Between what a model was and what it became. */
import * as tf from '@tensorflow/tfjs';
import { interpolateWeights, sweepInterpolation } from '@tfjs-clip/training';
import { CLIPConfig, InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { valuesOf } from './adapted.js';

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
