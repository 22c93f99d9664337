// SPDX-License-Identifier: Apache-2.0
/** Pictures and texts through a processor and a tower: the steps that all pipelines share. */
import * as tf from '@tensorflow/tfjs';
import { TokenizationError } from '../errors.js';
import { recovering } from '../ops/recovery.js';
import type { CLIPImageProcessor, ImageInput, PreprocessOptions } from '../processing/image/index.js';
import type { CLIPTokenizer } from '../processing/tokenizer/index.js';
import { concatBatches } from './batches.js';

/** One text as a tower reads it, padded to the length of its fellows. */
export interface TokenRow {
  inputIds: number[];
  attentionMask: number[];
}

/** Preprocesses `images` and hands their pixels to `forward`, within a `tf.tidy`. */
export async function forwardImages<Output extends tf.Tensor>(
  processor: CLIPImageProcessor,
  images: ImageInput[],
  options: PreprocessOptions | undefined,
  forward: (pixelValues: tf.Tensor4D) => Output,
): Promise<Output> {
  const { pixelValues } = await processor.preprocess(images, options);
  try {
    return await recovering(() => tf.tidy(() => forward(pixelValues)));
  } finally {
    pixelValues.dispose();
  }
}

/** Tokenizes `texts`, padded to the longest, and concatenates what `forward` makes of each batch of them. */
export function forwardTexts(
  rows: TokenRow[],
  batchSize: number,
  forward: (inputs: { inputIds: number[][]; attentionMask: number[][] }) => tf.Tensor,
  progress?: (done: number) => void,
): Promise<tf.Tensor> {
  const forwardBatch = (batch: TokenRow[]) =>
    recovering(() =>
      tf.tidy(() =>
        forward({
          inputIds: batch.map((row) => row.inputIds),
          attentionMask: batch.map((row) => row.attentionMask),
        }),
      ),
    );
  return concatBatches(rows, batchSize, forwardBatch, progress);
}

/** @throws TokenizationError for a text of more tokens than `limit`, unless `truncation` cuts it */
export function tokenRows(
  tokenizer: CLIPTokenizer,
  texts: string[],
  limit: number,
  truncation: boolean,
): TokenRow[] {
  const encoded = tokenizer.call(texts, {
    padding: true,
    ...(truncation && { truncation, maxLength: limit }),
  });
  const inputIds = encoded.inputIds as number[][];
  const attentionMask = encoded.attentionMask as number[][];
  return texts.map((text, i) => {
    const length = attentionMask[i].filter(Boolean).length;
    if (length > limit) {
      throw new TokenizationError(
        `'${text}' makes ${length} tokens, but this model reads ${limit}; shorten it, or pass truncation: true.`,
      );
    }
    return { inputIds: inputIds[i], attentionMask: attentionMask[i] };
  });
}

/** Each vector along the last axis divided by its L2 norm. */
export function toUnitLength<T extends tf.Tensor>(x: T): T {
  return tf.div(x, tf.norm(x, 'euclidean', -1, true));
}
