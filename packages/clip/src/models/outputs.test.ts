// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { TFCLIPModel } from './clipModel.js';

const model = new TFCLIPModel(tinyConfig());
const inputs = () => ({ inputIds: [[1, 2, 19]], pixelValues: tf.ones<tf.Rank.R4>([1, 3, 8, 8]) });
const BRIEF = ['lastHiddenState', 'poolerOutput'];
afterAll(() => model.dispose());

describe('outputs', () => {
  it.each([
    [{}, BRIEF],
    [{ outputHiddenStates: true }, [...BRIEF, 'hiddenStates']],
    [{ outputAttentions: true }, [...BRIEF, 'attentions']],
    [{ outputHiddenStates: true, outputAttentions: true }, [...BRIEF, 'hiddenStates', 'attentions']],
  ])('asked for %j a tower has these fields', (options, fields) => {
    tf.tidy(() => {
      const { textModelOutput, visionModelOutput } = model.call(inputs(), options);
      for (const output of [textModelOutput, visionModelOutput]) {
        expect(output.keys()).toEqual(fields);
        if (output.hiddenStates) expect(output.hiddenStates.map(({ shape }) => shape[2])).toEqual([8, 8, 8]);
        if (output.attentions) expect(output.attentions.map(({ shape }) => shape[1])).toEqual([2, 2]);
      }
    });
  });

  it('have the fields of the whole in HF’s order, the loss first and only when asked for', () => {
    tf.tidy(() => {
      const fields = ['logitsPerImage', 'logitsPerText', 'textEmbeds', 'imageEmbeds'];
      const towers = ['textModelOutput', 'visionModelOutput'];
      expect(model.call(inputs()).keys()).toEqual([...fields, ...towers]);
      expect(model.call(inputs(), { returnLoss: true }).keys()).toEqual(['loss', ...fields, ...towers]);
    });
  });

  it('as a tuple hold their values, towers as tuples of their own', () => {
    tf.tidy(() => {
      const output = model.call(inputs(), { returnLoss: true });
      const { loss, logitsPerImage, logitsPerText, textEmbeds, imageEmbeds } = output;
      const towers = [output.textModelOutput, output.visionModelOutput];
      const tuples = towers.map(({ lastHiddenState, poolerOutput }) => [lastHiddenState, poolerOutput]);
      const tuple = output.toTuple();
      expect(
        tuple
          .slice(0, 5)
          .every((x, i) => x === [loss, logitsPerImage, logitsPerText, textEmbeds, imageEmbeds][i]),
      ).toBe(true);
      expect((tuple.slice(5) as tf.Tensor[][]).map((t, i) => t.every((x, j) => x === tuples[i][j]))).toEqual([
        true,
        true,
      ]);
    });
  });

  it('free all their tensors, those of the towers too', () => {
    const given = inputs();
    const before = tf.memory().numTensors;
    const output = model.call(given, { returnLoss: true, outputHiddenStates: true, outputAttentions: true });
    expect(tf.memory().numTensors).toBeGreaterThan(before);
    output.dispose();
    expect(tf.memory().numTensors).toBe(before);
    output.dispose();
    given.pixelValues.dispose();
  });
});
