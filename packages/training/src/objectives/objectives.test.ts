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
