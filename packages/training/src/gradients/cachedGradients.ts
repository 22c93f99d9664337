// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { frozenTowers, type TowerName } from '../adaptation/parts.js';
import type { Trainable } from '../adaptation/trainable.js';
import type { TrainingBatch } from '../batch.js';
import type { Objective } from '../objectives/objective.js';
import { embedImages, embedTexts } from './embedBatch.js';
import { gradientsOf, type LossAndGradients } from './gradientsOf.js';

/** A tower, as something that embeds some rows of the batch. */
interface Side {
  tower: TowerName;
  rows: number;
  embed(from: number, count: number): tf.Tensor2D;
}

/**
 * The gradients of a batch whose activations do not fit in memory. Gao et al. 2021 (GradCache), §3: a contrastive loss needs
 * all embeddings at once, but not all activations.
 *
 * 1. Everything is embedded, a chunk at a time, and nothing recorded.
 * 2. The loss gives the gradient g of each embedding e.
 * 3. Each chunk is embedded again and recorded: its gradient, given g, is its share of the whole. A tower of which nothing
 *    trains is spared that.
 */
export function cachedGradients(
  trainable: Trainable,
  batch: TrainingBatch,
  objective: Objective,
  chunkSize: number,
): LossAndGradients {
  const { parameters } = trainable;
  const [sides, frozen] = [sidesOf(trainable, batch), frozenTowers(trainable)];
  const embeds = sides.map((side) => embedAll(side, chunkSize));
  const { loss, gradients, ofEmbeds } = gradientsOfLoss(trainable, batch, objective, embeds);
  sides.forEach((side, i) => {
    if (frozen.includes(side.tower)) return;
    forEachChunk(side, chunkSize, (from, count) => {
      const ofChunk = tf.slice(ofEmbeds[i], [from, 0], [count, -1]);
      const { value, gradients: shares } = gradientsOf(() => side.embed(from, count), parameters, ofChunk);
      tf.dispose([ofChunk, value]);
      for (const [name, gradient] of shares) accumulate(gradients, name, gradient);
    });
  });
  tf.dispose([embeds, ofEmbeds]);
  return { loss, gradients };
}

function sidesOf(trainable: Trainable, batch: TrainingBatch): Side[] {
  const { model } = trainable;
  const rows = (tensor: tf.Tensor, from: number, count: number) =>
    tf.slice(tensor, [from, ...tensor.shape.slice(1).map(() => 0)], [count, ...tensor.shape.slice(1)]);
  return [
    {
      tower: 'text',
      rows: batch.inputIds.shape[0],
      embed: (from, count) =>
        trainable.run(() => {
          const [inputIds, attentionMask] = [batch.inputIds, batch.attentionMask].map((t) =>
            rows(t, from, count),
          );
          return embedTexts(model, { inputIds, attentionMask } as TrainingBatch);
        }),
    },
    {
      tower: 'vision',
      rows: batch.pixelValues.shape[0],
      embed: (from, count) =>
        trainable.run(() =>
          embedImages(model, { pixelValues: rows(batch.pixelValues, from, count) } as TrainingBatch),
        ),
    },
  ];
}

function embedAll(side: Side, chunkSize: number): tf.Tensor2D {
  return tf.tidy(() => {
    const chunks: tf.Tensor2D[] = [];
    forEachChunk(side, chunkSize, (from, count) => chunks.push(tf.tidy(() => side.embed(from, count))));
    return tf.concat(chunks);
  });
}

/** With respect to the parameters that the loss uses itself, such as logit_scale, and to the embeddings. */
function gradientsOfLoss(
  trainable: Trainable,
  { groupOfText, groupOfImage }: TrainingBatch,
  objective: Objective,
  embeds: tf.Tensor2D[],
) {
  const { model, parameters } = trainable;
  const [textEmbeds, imageEmbeds] = embeds;
  const compute = () =>
    trainable.run(() =>
      objective.loss({
        textEmbeds,
        imageEmbeds,
        logitScale: model.layer.logitScale,
        groupOfText,
        groupOfImage,
      }),
    );
  const inputs = new Map<string, tf.Tensor>([...parameters, ...objective.parameters]);
  for (const [i, embed] of embeds.entries()) inputs.set(`embeds.${i}`, embed);
  const { value: loss, gradients } = gradientsOf(compute, inputs);
  const ofEmbeds = embeds.map((_, i) => gradients.get(`embeds.${i}`) as tf.Tensor2D);
  for (const i of embeds.keys()) gradients.delete(`embeds.${i}`);
  return { loss, gradients, ofEmbeds };
}

function accumulate(sums: Map<string, tf.Tensor>, name: string, gradient: tf.Tensor): void {
  const sum = sums.get(name);
  sums.set(name, sum ? tf.add(sum, gradient) : gradient);
  if (sum) tf.dispose([sum, gradient]);
}

function forEachChunk({ rows }: Side, chunkSize: number, use: (from: number, count: number) => void): void {
  for (let from = 0; from < rows; from += chunkSize) use(from, Math.min(chunkSize, rows - from));
}
