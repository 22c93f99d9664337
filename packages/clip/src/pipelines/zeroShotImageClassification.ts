// SPDX-License-Identifier: Apache-2.0
/**
 * Which of some labels fits a picture: `softmax(logitsPerImage)` over sentences made from the labels.
 * Mirrors transformers' ZeroShotImageClassificationPipeline.
 */
import type * as tf from '@tensorflow/tfjs';
import type { TFCLIPModel } from '../models/index.js';
import { similaritySoftmax } from '../ops/similarity.js';
import type { CLIPProcessor } from '../processing/clipProcessor.js';
import type { ImageInput, PreprocessOptions } from '../processing/image/index.js';
import { checkBatchSize, DEFAULT_BATCH_SIZE, inBatches } from './batches.js';
import { forwardImages, forwardTexts, tokenRows, toUnitLength } from './features.js';
import { DEFAULT_TEMPLATE, promptsOf } from './promptTemplates.js';

export interface LabelScore {
  /** Probability of the label among the candidates, 0 to 1. */
  score: number;
  label: string;
}

export interface ZeroShotOptions {
  /** What the picture may show; distinct and not empty. */
  candidateLabels: readonly string[];
  /** The sentence a label is put into, in the place of `{}`. Default 'This is a photo of {}.' */
  hypothesisTemplate?: string;
  /** Cuts sentences that are longer than the model's context. Default false: they are refused. */
  truncation?: boolean;
  /** Pictures, and sentences, a forward pass. Default 16. */
  batchSize?: number;
  /** Told how many labels are encoded: with a thousand of them that takes far longer than a picture. */
  labelProgress?: (encoded: number) => void;
  /** Options of CLIPImageProcessor.preprocess, such as `alphaBackground`. */
  imageOptions?: PreprocessOptions;
}

/**
 * ```ts
 * const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
 * await classify('pizza.png', ['pizza', 'dog']); // [{ score: 0.99…, label: 'pizza' }, { score: 0.00…, label: 'dog' }]
 * ```
 * Scores sum to 1 for each picture and come highest first; labels of equal score keep their order.
 *
 * @throws InvalidArgumentError for labels or a template that cannot be used, TokenizationError for a sentence beyond the
 *   context, ImageError for what is no picture
 */
export interface ZeroShotImageClassificationPipeline {
  (images: readonly ImageInput[], labels: readonly string[] | ZeroShotOptions): Promise<LabelScore[][]>;
  (image: ImageInput, labels: readonly string[] | ZeroShotOptions): Promise<LabelScore[]>;
  /** The same one by one, for pictures that come one by one; the labels are encoded once. */
  stream(
    images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
    labels: readonly string[] | ZeroShotOptions,
  ): AsyncGenerator<LabelScore[], void, undefined>;
  readonly model: TFCLIPModel;
  readonly processor: CLIPProcessor;
  /** Frees the model, if the pipeline loaded it. A model that was passed in stays its owner's. */
  dispose(): void;
}

export interface ZeroShotParts {
  model: TFCLIPModel;
  processor: CLIPProcessor;
}

export function zeroShotImageClassification(
  parts: ZeroShotParts,
  dispose: () => void,
): ZeroShotImageClassificationPipeline {
  const stream: ZeroShotImageClassificationPipeline['stream'] = (images, labels) =>
    classify(
      parts,
      images,
      Array.isArray(labels) ? { candidateLabels: labels } : (labels as ZeroShotOptions),
    );

  const call = async (
    images: ImageInput | readonly ImageInput[],
    labels: readonly string[] | ZeroShotOptions,
  ) => {
    const several = Array.isArray(images);
    const results: LabelScore[][] = [];
    for await (const result of stream(several ? images : [images], labels)) results.push(result);
    return several ? results : results[0];
  };
  return Object.assign(call as ZeroShotImageClassificationPipeline, { ...parts, stream, dispose });
}

async function* classify(
  { model, processor }: ZeroShotParts,
  images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
  options: ZeroShotOptions,
): AsyncGenerator<LabelScore[], void, undefined> {
  const { candidateLabels, hypothesisTemplate = DEFAULT_TEMPLATE, truncation = false } = options;
  const { batchSize = DEFAULT_BATCH_SIZE, labelProgress, imageOptions } = options;
  checkBatchSize(batchSize);
  const prompts = promptsOf(candidateLabels, hypothesisTemplate);
  const limit = model.config.textConfig.maxPositionEmbeddings;
  const rows = tokenRows(processor.tokenizer, prompts, limit, truncation);
  const textEmbeds = await forwardTexts(
    rows,
    batchSize,
    (inputs) => toUnitLength(model.getTextFeatures(inputs)),
    labelProgress,
  );
  try {
    for await (const batch of inBatches(images, batchSize)) {
      const probabilities = await forwardImages(
        processor.imageProcessor,
        batch,
        imageOptions,
        (pixelValues) => {
          const imageEmbeds = toUnitLength(model.getImageFeatures({ pixelValues }));
          return similaritySoftmax(textEmbeds as tf.Tensor2D, imageEmbeds, model.layer.logitScale);
        },
      );
      for (const scores of await readRows(probabilities)) yield ranked(scores, candidateLabels);
    }
  } finally {
    textEmbeds.dispose();
  }
}

async function readRows(matrix: tf.Tensor2D): Promise<number[][]> {
  try {
    return await matrix.array();
  } finally {
    matrix.dispose();
  }
}

function ranked(scores: number[], labels: readonly string[]): LabelScore[] {
  return scores.map((score, i) => ({ score, label: labels[i] })).sort((a, b) => b.score - a.score);
}
