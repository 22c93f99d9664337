// SPDX-License-Identifier: Apache-2.0
/** How many pictures of a labelled dataset a zero-shot classifier takes for what they are. */
import * as tf from '@tensorflow/tfjs';
import {
  type CLIPImageProcessor,
  type CLIPProcessor,
  InvalidArgumentError,
  type TFCLIPModel,
} from 'tfjs-clip';
import type { BrokenRecord, ImageTextDataset, ImageTextRecord } from '../data/dataset.js';
import { ClassificationTally } from './classificationTally.js';
import { embedPictures, type PictureOptions } from './embedPictures.js';
import type { ZeroShotClassifier } from './zeroShotClassifier.js';

/** The name of a picture's class; null for a picture that is to be passed over. */
export type LabelOf = (record: ImageTextRecord) => string | null;

/** A record's first caption: what a folder for each class, or a column of labels, gives. */
export const captionLabel: LabelOf = ({ captions }) => captions[0];

/** What stands before the first underscore of the file's name, as in RSICD's `airport_12.jpg`; null without one. */
export const fileNameLabel: LabelOf = ({ key }) => /([^/\\]+?)_[^/\\]*$/.exec(key)?.[1] ?? null;

export interface Prediction {
  record: ImageTextRecord;
  /** Indices of classes. */
  actual: number;
  guess: number;
  /** Of all classes: cosines. */
  scores: Float32Array;
}

export interface ZeroShotEvaluationOptions extends PictureOptions {
  /** Default: its first caption. */
  labelOf?: LabelOf;
  onPrediction?: (prediction: Prediction) => void;
  /** Told after each batch how many pictures are done; the total is null where only reading tells. */
  onProgress?: (done: number, total: number | null) => void;
}

/**
 * ```ts
 * const dataset = await openDataset('pictures', { templates: ['{}'] }); // a folder for each class
 * const classifier = await buildZeroShotClassifier(model, processor, await labelsOf(dataset), 'imagenet');
 * const tally = await evaluateZeroShot(model, processor, dataset, classifier);
 * tally.accuracyAt(5);
 * ```
 * @throws InvalidArgumentError for a label that is no class, or if no picture is left to evaluate; nothing stays allocated
 */
export async function evaluateZeroShot(
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPImageProcessor,
  dataset: ImageTextDataset,
  classifier: ZeroShotClassifier,
  options: ZeroShotEvaluationOptions = {},
): Promise<ClassificationTally> {
  const { labelOf = captionLabel, onPrediction, onProgress } = options;
  const tally = new ClassificationTally(classifier.classNames);
  const indices = new Map(classifier.classNames.map((name, i) => [name, i]));
  let done = 0;
  const read = labelled(dataset, labelOf, indices, options.onBroken, () => done++);
  for await (const { records, embeds } of embedPictures(model, processor, read, options)) {
    const scores = await rowsOf(embeds, classifier);
    records.forEach((record, i) => {
      const actual = indices.get(labelOf(record)!)!;
      const guess = tally.add(scores[i], actual);
      onPrediction?.({ record, actual, guess, scores: scores[i] });
    });
    onProgress?.(done, dataset.size);
  }
  if (tally.pictures > 0) return tally;
  throw new InvalidArgumentError(`No picture of ${dataset.name} can be evaluated.`);
}

/** The labels of a dataset, sorted. Pictures are not decoded. */
export async function labelsOf(
  dataset: ImageTextDataset,
  labelOf: LabelOf = captionLabel,
): Promise<string[]> {
  const labels = new Set<string>();
  for await (const record of dataset.records({ epoch: 0, seed: null })) {
    const label = labelOf(record);
    if (label !== null) labels.add(label);
  }
  return [...labels].sort();
}

async function* labelled(
  dataset: ImageTextDataset,
  labelOf: LabelOf,
  classes: ReadonlyMap<string, number>,
  onBroken: ((problem: BrokenRecord) => void) | undefined,
  onRead: () => void,
): AsyncGenerator<ImageTextRecord> {
  for await (const record of dataset.records({ epoch: 0, seed: null }, onBroken)) {
    onRead();
    const label = labelOf(record);
    if (label === null) continue;
    if (!classes.has(label)) {
      throw new InvalidArgumentError(
        `${record.key} is labelled '${label}', which is none of the ${classes.size} classes of the classifier.`,
      );
    }
    yield record;
  }
}

/** Disposes `embeds`. */
async function rowsOf(embeds: tf.Tensor2D, classifier: ZeroShotClassifier): Promise<Float32Array[]> {
  const scores = tf.tidy(() => classifier.scores(embeds));
  embeds.dispose();
  try {
    const values = (await scores.data()) as Float32Array;
    const [rows, classes] = scores.shape;
    return Array.from({ length: rows }, (_, row) => values.slice(row * classes, (row + 1) * classes));
  } finally {
    scores.dispose();
  }
}
