// SPDX-License-Identifier: Apache-2.0
/** What a frozen vision tower says of pictures, for a linear probe. */
import * as tf from '@tensorflow/tfjs';
import {
  type CLIPImageProcessor,
  CLIPProcessor,
  type ImageInput,
  InvalidArgumentError,
  type TFCLIPModel,
} from 'tfjs-clip';

/**
 * 'projected': the picture's place in the space that texts share. 'pooled': before that projection, what CLIP's paper probes.
 * 'patches': the mean of the patches, what TFCLIPForImageClassification reads.
 */
export type FeatureKind = 'projected' | 'pooled' | 'patches';

export interface ImageFeaturesOptions {
  /** Default 'projected'. */
  kind?: FeatureKind;
  /** Pictures a forward pass. Default 16. */
  batchSize?: number;
  /** Told after each batch how many pictures are done. */
  onProgress?: (done: number) => void;
}

const KINDS: Readonly<Record<FeatureKind, (model: TFCLIPModel, pixelValues: tf.Tensor4D) => tf.Tensor2D>> = {
  projected: (model, pixelValues) => model.getImageFeatures({ pixelValues }),
  pooled: ({ layer }, pixelValues) => layer.visionModel.forward(pixelValues).poolerOutput,
  patches: ({ layer }, pixelValues) => {
    const { lastHiddenState } = layer.visionModel.forward(pixelValues);
    return tf.mean(tf.slice(lastHiddenState, [0, 1, 0]), 1);
  },
};

/**
 * @param images a list, or whatever gives one after the other; no more than a batch is held
 * @returns [images, size], the caller's to dispose. Nothing stays allocated after an error.
 * @throws InvalidArgumentError where there are no images, ImageError for what is no picture
 */
export async function imageFeatures(
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPImageProcessor,
  images: Iterable<ImageInput> | AsyncIterable<ImageInput>,
  { kind = 'projected', batchSize = 16, onProgress }: ImageFeaturesOptions = {},
): Promise<tf.Tensor2D> {
  check(kind, batchSize);
  const imageProcessor = processor instanceof CLIPProcessor ? processor.imageProcessor : processor;
  const parts: tf.Tensor2D[] = [];
  let done = 0;
  try {
    for await (const batch of inBatches(images, batchSize)) {
      const { pixelValues } = await imageProcessor.preprocess(batch);
      try {
        parts.push(tf.tidy(() => KINDS[kind](model, pixelValues)));
      } finally {
        pixelValues.dispose();
      }
      done += batch.length;
      onProgress?.(done);
    }
    if (done === 0) throw new InvalidArgumentError('There are no images to take features of.');
    return tf.concat(parts);
  } finally {
    tf.dispose(parts);
  }
}

async function* inBatches<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  batchSize: number,
): AsyncGenerator<Item[]> {
  let batch: Item[] = [];
  for await (const item of items) {
    if (batch.push(item) < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function check(kind: string, batchSize: number): void {
  if (!Object.hasOwn(KINDS, kind)) {
    throw new InvalidArgumentError(`kind is '${kind}', but must be one of ${Object.keys(KINDS).join(', ')}.`);
  }
  if (Number.isInteger(batchSize) && batchSize > 0) return;
  throw new InvalidArgumentError(`batchSize is ${batchSize}, but must be a whole number of at least 1.`);
}
