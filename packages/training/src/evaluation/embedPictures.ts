// SPDX-License-Identifier: Apache-2.0
/** The pictures of a dataset as vectors, a batch at a time; what is broken is told and left out. */
import type * as tf from '@tensorflow/tfjs';
import {
  type CLIPImageProcessor,
  type CLIPProcessor,
  ImageError,
  loadImage,
  type PreprocessOptions,
  pipeline,
  type RawImage,
  type TFCLIPModel,
} from 'tfjs-clip';
import type { BrokenRecord, ImageTextRecord } from '../data/dataset.js';

export interface PictureOptions {
  /** Pictures a forward pass. Default 16. */
  batchSize?: number;
  /** Such as `alphaBackground`. */
  imageOptions?: PreprocessOptions;
  /** Told of each record that is left out. */
  onBroken?: (problem: BrokenRecord) => void;
  signal?: AbortSignal;
}

export interface EmbeddedPictures {
  readonly records: readonly ImageTextRecord[];
  /** [records, projectionDim], of length 1; the receiver's to dispose. */
  readonly embeds: tf.Tensor2D;
}

interface Picture {
  record: ImageTextRecord;
  image: RawImage;
}

export async function* embedPictures(
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPImageProcessor,
  records: AsyncIterable<ImageTextRecord>,
  { batchSize = 16, imageOptions, onBroken, signal }: PictureOptions = {},
): AsyncGenerator<EmbeddedPictures> {
  const extract = await pipeline('image-feature-extraction', { model, processor });
  const embed: Embed = (images) => extract(images, { normalize: true, batchSize, imageOptions });
  let batch: Picture[] = [];
  for await (const record of records) {
    signal?.throwIfAborted();
    const image = await decode(record, onBroken);
    if (!image || batch.push({ record, image }) < batchSize) continue;
    yield* embedBatch(batch, embed, onBroken);
    batch = [];
  }
  if (batch.length > 0) yield* embedBatch(batch, embed, onBroken);
}

type Embed = (images: RawImage[]) => Promise<tf.Tensor2D>;

/** Of a picture that decodes and cannot be resized, such as a long strip, the fellows are embedded one by one. */
async function* embedBatch(
  batch: readonly Picture[],
  embed: Embed,
  onBroken: PictureOptions['onBroken'],
): AsyncGenerator<EmbeddedPictures> {
  try {
    const embeds = await embed(batch.map(({ image }) => image));
    yield { records: batch.map(({ record }) => record), embeds };
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    for (const { record, image } of batch) {
      const embeds = await embed([image]).catch((problem) => leaveOut(record, problem, onBroken));
      if (embeds) yield { records: [record], embeds };
    }
  }
}

/** Null for what cannot be read, such as a file that is not there. */
async function decode(
  record: ImageTextRecord,
  onBroken: PictureOptions['onBroken'],
): Promise<RawImage | null> {
  const bytes = await record.readImage().catch((error: Error) => {
    onBroken?.({ key: record.key, problem: error.message });
    return null;
  });
  return bytes && loadImage(bytes).catch((error) => leaveOut(record, error, onBroken));
}

function leaveOut({ key }: ImageTextRecord, error: unknown, onBroken: PictureOptions['onBroken']): null {
  if (!(error instanceof ImageError)) throw error;
  onBroken?.({ key, problem: error.message });
  return null;
}
