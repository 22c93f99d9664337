// SPDX-License-Identifier: Apache-2.0
/** Each objective's loss and gradients against torch's. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { contrastiveObjective, multiPositiveObjective } from './contrastive.js';
import type { Objective } from './objective.js';
import { sigmoidObjective } from './sigmoid.js';

const TOLERANCE = 2e-6;
const OBJECTIVES: Record<string, () => Objective> = {
  contrastive: contrastiveObjective,
  multi_positive: multiPositiveObjective,
  sigmoid: sigmoidObjective,
};

describeBackends('objectives', () => {
  it.each([
    ['contrastive', 'distinct'],
    ['multi_positive', 'distinct'],
    ['sigmoid', 'distinct'],
    ['multi_positive', 'grouped'],
    ['sigmoid', 'grouped'],
  ])('%s, of %s pairs', async (name, set) => {
    const recorded = await Fixture.open('training/objectives.safetensors');
    const groupOfText = recorded.get(`${set}.group_of_text`).values as Int32Array;
    const groupOfImage = recorded.get(`${set}.group_of_image`).values as Int32Array;
    await leavesNoTensors(async () => {
      const objective = OBJECTIVES[name]();
      const inputs = [recorded.tensor(`${set}.texts`), recorded.tensor(`${set}.images`), tf.scalar(1.5)];
      const { value, grads } = tf.valueAndGrads((texts, images, logitScale) =>
        objective.loss({
          textEmbeds: texts as tf.Tensor2D,
          imageEmbeds: images as tf.Tensor2D,
          logitScale,
          groupOfText,
          groupOfImage,
        }),
      )(inputs);
      const torch = (part: string) => recorded.get(`${set}.${name}.${part}`).values;
      await expect(value).toBeCloseToTensor(torch('loss'), TOLERANCE);
      for (const [i, part] of ['texts', 'images', 'scale'].entries()) {
        await expect(grads[i]).toBeCloseToTensor(torch(part), TOLERANCE);
      }
      objective.dispose();
      return [inputs, value, grads];
    });
  });
});

describe('the loss of guessing', () => {
  const distinct = { groupOfText: Int32Array.of(0, 1, 2, 3), groupOfImage: Int32Array.of(0, 1, 2, 3) };
  const grouped = { groupOfText: Int32Array.of(0, 0, 1, 1), groupOfImage: Int32Array.of(0, 1) };

  it.each([
    ['contrastive', distinct, Math.log(4)],
    ['multi_positive', grouped, (Math.log(4) + Math.log(2)) / 2],
    // 4 pairs of 16 for 4 pictures, by the entropy of 1/4; 4 of 8 for 2, by that of 1/2.
    ['sigmoid', distinct, 4 * (Math.log(4) - 0.75 * Math.log(3))],
    ['sigmoid', grouped, 4 * Math.log(2)],
  ])('of %s is that of embeddings which say nothing', (name, groups, expected) => {
    const objective = OBJECTIVES[name]();
    expect(objective.lossOfGuessing(groups)).toBeCloseTo(expected, 12);
    objective.dispose();
  });
});
