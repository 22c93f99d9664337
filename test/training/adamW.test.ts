// SPDX-License-Identifier: Apache-2.0
/** The same start, batches and options as torch: the same losses, norms, learning rates and weights for 25 steps. */
import * as tf from '@tensorflow/tfjs';
import {
  AdamW,
  clipGradients,
  contrastiveObjective,
  learningRateSchedule,
  lossAndGradients,
  weightsOf,
} from '@tfjs-clip/training';
import { fromOurLayout } from '@tfjs-clip/weights-converter';
import { TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { type Fixture, modelFolder, relativeDifference, withModel } from '../harness/fixture.js';
import { batchOf, readSteps, STEPS } from './trainingFixture.js';

/** Asked: 1e-4 of losses and 1e-3 of weights. */
const LOSS_TOLERANCE = 1e-4;
const WEIGHT_TOLERANCE = 1e-3;
const OPTIONS = { beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1 };
const SCHEDULE = { schedule: 'cosine', learningRate: 3e-3, warmupSteps: 5, totalSteps: STEPS } as const;

const WAYS: [string, { chunkSize?: number }, boolean][] = [
  ['at once', {}, false],
  ['with checkpoints', {}, true],
  ['with gradients cached, in chunks of 2', { chunkSize: 2 }, false],
];

const WITH_KERNELS = 'with TensorFlow’s own Adam';

/** What differs between the ways does not between backends; kernels stay registered, so they come last. */
function waysOn(backend: string): typeof WAYS {
  return backend === 'wasm' ? WAYS : [WAYS[0], [WITH_KERNELS, {}, false]];
}

describeBackends(
  '25 steps of AdamW',
  (backend) => {
    it.each(waysOn(backend))('%s', async (way, options, checkpointing) => {
      if (way === WITH_KERNELS) await import('@tfjs-clip/node-kernels');
      const recorded = await readSteps();
      await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
        if (checkpointing) model.gradientCheckpointingEnable();
        const trainable = weightsOf(model);
        const optimizer = new AdamW(trainable.parameters, OPTIONS);
        const learningRate = learningRateSchedule(SCHEDULE);
        const losses: number[] = [];
        for (let step = 0; step < STEPS; step++) {
          const batch = batchOf(recorded, step);
          const { loss, gradients } = lossAndGradients(trainable, batch, contrastiveObjective(), options);
          const { clipped, norm } = clipGradients(gradients, 1);
          expect(relative((await norm.data())[0], recorded.get('norms').values[step])).toBeLessThan(1e-3);
          expect(learningRate(step)).toBeCloseTo(recorded.get('rates').values[step], 8);
          optimizer.apply(clipped, learningRate(step));
          losses.push((await loss.data())[0]);
          tf.dispose([batch.inputIds, batch.attentionMask, batch.pixelValues, loss, norm]);
          tf.dispose([...gradients.values(), ...clipped.values()]);
        }
        optimizer.dispose();
        losses.forEach((loss, step) => {
          expect(Math.abs(loss - recorded.get('losses').values[step])).toBeLessThan(LOSS_TOLERANCE);
        });
        expect(await worstWeight(model, recorded)).toBeLessThan(WEIGHT_TOLERANCE);
      });
    });
  },
  ['wasm', 'tensorflow'],
);

function relative(actual: number, expected: number): number {
  return Math.abs(actual - expected) / Math.abs(expected);
}

async function worstWeight(model: TFCLIPModel, recorded: Fixture): Promise<number> {
  let worst = 0;
  for (const [name, variable] of model.namedWeights()) {
    const { data } = fromOurLayout(name, variable.shape, (await variable.data()) as Float32Array);
    worst = Math.max(worst, relativeDifference(data, recorded.get(`after.${name}`).values));
  }
  return worst;
}
