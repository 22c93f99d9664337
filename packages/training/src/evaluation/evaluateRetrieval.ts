// SPDX-License-Identifier: Apache-2.0
/** How well captions find their pictures in a dataset, and pictures their captions. */
import * as tf from '@tensorflow/tfjs';
import { type CLIPProcessor, InvalidArgumentError, pipeline, type TFCLIPModel } from 'tfjs-clip';
import type { ImageTextDataset } from '../data/dataset.js';
import { embedPictures, type PictureOptions } from './embedPictures.js';
import { Pairs } from './pairs.js';
import { rankAll } from './rankAll.js';
import { RECALL_AT, type RetrievalMetrics, retrievalMetrics } from './retrievalMetrics.js';

export type RetrievalStage = 'pictures' | 'texts' | 'ranking';

export interface RetrievalOptions extends PictureOptions {
  /** Default 1, 5, 10. */
  recallAt?: readonly number[];
  /**
   * Takes equal captions for one text that is right for each of their pictures. Default false, as in published figures: a
   * caption finds its own picture only, and of equal captions the others' count as wrong.
   */
  mergeCaptions?: boolean;
  /** Cuts captions that are longer than the model's context. Default false: they are refused. */
  truncation?: boolean;
  /** The total is null where only reading tells. */
  onProgress?: (stage: RetrievalStage, done: number, total: number | null) => void;
}

export interface RetrievalEvaluation {
  /** Each caption looks for its picture, or those of its group. */
  textToImage: RetrievalMetrics;
  /** Each picture looks for any of its captions. */
  imageToText: RetrievalMetrics;
  pictures: number;
  texts: number;
  /** Captions that are the same as an earlier one's of another picture. */
  repeatedCaptions: number;
}

/**
 * ```ts
 * const { textToImage } = await evaluateRetrieval(model, processor, await openDataset('rsicd/test.jsonl'));
 * textToImage.recallAt[5];
 * ```
 * Pictures whose records share a group are right for all captions of the group. Vectors of all pictures and captions are held;
 * of their scores, some rows at a time.
 *
 * @throws InvalidArgumentError if no picture is left to evaluate, TokenizationError for a caption beyond the model's context;
 *   nothing stays allocated
 */
export async function evaluateRetrieval(
  model: TFCLIPModel,
  processor: CLIPProcessor,
  dataset: ImageTextDataset,
  options: RetrievalOptions = {},
): Promise<RetrievalEvaluation> {
  const { recallAt = RECALL_AT, mergeCaptions = false, signal, onProgress } = options;
  const pairs = new Pairs(mergeCaptions);
  const images = await embedAllPictures(model, processor, dataset, pairs, options);
  let texts: tf.Tensor2D | undefined;
  try {
    texts = await embedTexts(model, processor, pairs.texts, options);
    const total = pairs.texts.length + pairs.pictures;
    const ranking = (before: number) => (done: number) => onProgress?.('ranking', before + done, total);
    const { picturesOfText, textsOfPicture } = pairs.right();
    const ofTexts = await rankAll(texts, images, picturesOfText, { signal, onProgress: ranking(0) });
    const ofImages = await rankAll(images, texts, textsOfPicture, {
      signal,
      onProgress: ranking(pairs.texts.length),
    });
    return {
      textToImage: retrievalMetrics(ofTexts, pairs.pictures, recallAt),
      imageToText: retrievalMetrics(ofImages, pairs.texts.length, recallAt),
      pictures: pairs.pictures,
      texts: pairs.texts.length,
      repeatedCaptions: pairs.repeated,
    };
  } finally {
    tf.dispose([images, ...(texts ? [texts] : [])]);
  }
}

/** Fills `pairs` with the records whose pictures can be read. */
async function embedAllPictures(
  model: TFCLIPModel,
  processor: CLIPProcessor,
  dataset: ImageTextDataset,
  pairs: Pairs,
  options: RetrievalOptions,
): Promise<tf.Tensor2D> {
  const records = dataset.records({ epoch: 0, seed: null }, options.onBroken);
  const parts: tf.Tensor2D[] = [];
  try {
    for await (const { records: read, embeds } of embedPictures(model, processor, records, options)) {
      parts.push(embeds);
      for (const record of read) pairs.add(record);
      options.onProgress?.('pictures', pairs.pictures, dataset.size);
    }
    if (parts.length > 0) return tf.concat(parts);
    throw new InvalidArgumentError(`No picture of ${dataset.name} can be evaluated.`);
  } finally {
    tf.dispose(parts);
  }
}

/** Equal texts are embedded once, so that their scores are equal to the bit, whatever fellows they are padded with. */
async function embedTexts(
  model: TFCLIPModel,
  processor: CLIPProcessor,
  texts: readonly string[],
  { batchSize = 16, truncation, signal, onProgress }: RetrievalOptions,
): Promise<tf.Tensor2D> {
  const embed = await pipeline('feature-extraction', { model, processor });
  const distinct = [...new Set(texts)];
  const places = new Map(distinct.map((text, place) => [text, place]));
  const parts: tf.Tensor2D[] = [];
  try {
    for (let from = 0; from < distinct.length; from += batchSize) {
      signal?.throwIfAborted();
      const batch = distinct.slice(from, from + batchSize);
      parts.push(await embed(batch, { normalize: true, truncation, batchSize }));
      onProgress?.('texts', from + batch.length, distinct.length);
    }
    const order = texts.map((text) => places.get(text)!);
    return tf.tidy(() => tf.gather(tf.concat(parts), tf.tensor1d(order, 'int32')));
  } finally {
    tf.dispose(parts);
  }
}
