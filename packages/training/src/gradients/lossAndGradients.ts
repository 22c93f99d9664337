// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import { frozenTowers, TOWERS } from '../adaptation/parts.js';
import type { Trainable } from '../adaptation/trainable.js';
import type { TrainingBatch } from '../batch.js';
import type { Objective } from '../objectives/objective.js';
import { cachedGradients } from './cachedGradients.js';
import { embedImages, embedTexts } from './embedBatch.js';
import { gradientsOf, type LossAndGradients } from './gradientsOf.js';

/** Everything that a step changes: of the model, and of the objective itself. */
export function allParameters(trainable: Trainable, objective: Objective): Map<string, tf.Variable> {
  return new Map([...trainable.parameters, ...objective.parameters]);
}

/**
 * The loss of a batch and its gradients, which are the caller's to dispose.
 *
 * @param chunkSize pictures, and texts, that go through a tower at a time; the gradients are those of the whole batch all the
 *   same (see `cachedGradients`). By default all of them.
 */
export function lossAndGradients(
  trainable: Trainable,
  batch: TrainingBatch,
  objective: Objective,
  { chunkSize }: { chunkSize?: number } = {},
): LossAndGradients {
  if (chunkSize === undefined) return gradientsAtOnce(trainable, batch, objective);
  if (!Number.isInteger(chunkSize) || chunkSize < 1) {
    throw new InvalidArgumentError(`chunkSize is ${chunkSize}, but must be a whole number of at least 1.`);
  }
  return cachedGradients(trainable, batch, objective, chunkSize);
}

/** A tower of which nothing trains is embedded first, where none of it is recorded, and its activations go at once. */
function gradientsAtOnce(trainable: Trainable, batch: TrainingBatch, objective: Objective): LossAndGradients {
  const { model } = trainable;
  const embed = { text: () => embedTexts(model, batch), vision: () => embedImages(model, batch) };
  const frozen = new Map(frozenTowers(trainable).map((tower) => [tower, trainable.run(embed[tower])]));
  const loss = () =>
    trainable.run(() => {
      const [textEmbeds, imageEmbeds] = TOWERS.map((tower) => frozen.get(tower) ?? embed[tower]());
      const { groupOfText, groupOfImage } = batch;
      const { logitScale } = model.layer;
      return objective.loss({ textEmbeds, imageEmbeds, logitScale, groupOfText, groupOfImage });
    });
  try {
    const { value, gradients } = gradientsOf(loss, allParameters(trainable, objective));
    return { loss: value, gradients };
  } finally {
    tf.dispose([...frozen.values()]);
  }
}
