// SPDX-License-Identifier: Apache-2.0
/** Pictures into vectors. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel, type TFCLIPVisionModelWithProjection } from '../models/index.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import type { CLIPImageProcessor, ImageInput, PreprocessOptions } from '../processing/image/index.js';
import { checkBatchSize, concatBatches, DEFAULT_BATCH_SIZE } from './batches.js';
import { forwardImages, toUnitLength } from './features.js';

export interface ImageFeatureOptions {
  /** true: one vector a picture; false: the tower's last hidden state, one vector a patch. Default true. */
  pool?: boolean;
  /** Divides every vector by its length, so that dot products are cosines. Default false. */
  normalize?: boolean;
  /** Pictures a forward pass. Default 16. */
  batchSize?: number;
  /** Options of CLIPImageProcessor.preprocess, such as `alphaBackground`. */
  imageOptions?: PreprocessOptions;
}

/**
 * ```ts
 * const extract = await pipeline('image-feature-extraction', 'emoji-clip');
 * const features = await extract(['pizza.png', 'dog.png'], { normalize: true }); // tf.Tensor2D [2, 128]
 * ```
 * Returns a tensor that the caller disposes: the projected features [images, projectionDim] of `getImageFeatures`, in the
 * space that texts share; with `pool: false` the last hidden state [images, patches + 1, hiddenSize]. (Hugging Face's
 * pipeline does not project: its `pool=True` is TFCLIPVisionModel's poolerOutput, and its default is our `pool: false`.)
 *
 * @throws InvalidArgumentError for an empty list, ImageError for what is no picture
 */
export interface ImageFeatureExtractionPipeline {
  (
    images: ImageInput | readonly ImageInput[],
    options: ImageFeatureOptions & { pool: false },
  ): Promise<tf.Tensor3D>;
  (images: ImageInput | readonly ImageInput[], options?: ImageFeatureOptions): Promise<tf.Tensor2D>;
  readonly model: TFCLIPVisionModelWithProjection | TFCLIPModel;
  readonly processor: CLIPImageProcessor;
  /** Frees the model, if the pipeline loaded it. A model that was passed in stays its owner's. */
  dispose(): void;
}

export interface ImageFeatureParts {
  model: TFCLIPVisionModelWithProjection | TFCLIPModel;
  processor: CLIPImageProcessor | CLIPProcessor;
}

export function imageFeatureExtraction(
  { model, processor: given }: ImageFeatureParts,
  dispose: () => void,
): ImageFeatureExtractionPipeline {
  const processor = given instanceof CLIPProcessor ? given.imageProcessor : given;
  const call = async (images: ImageInput | readonly ImageInput[], options: ImageFeatureOptions = {}) => {
    const { pool = true, normalize = false, batchSize = DEFAULT_BATCH_SIZE, imageOptions } = options;
    checkBatchSize(batchSize);
    const list: readonly ImageInput[] = Array.isArray(images) ? images : [images as ImageInput];
    if (list.length === 0) throw new InvalidArgumentError('images is empty; give at least one picture.');
    return concatBatches(list, batchSize, (batch) =>
      forwardImages(processor, batch, imageOptions, (pixelValues) => {
        const features = pool ? projected(model, pixelValues) : hidden(model, pixelValues);
        return normalize ? toUnitLength(features) : features;
      }),
    );
  };
  return Object.assign(call as ImageFeatureExtractionPipeline, { model, processor, dispose });
}

function projected(model: ImageFeatureParts['model'], pixelValues: tf.Tensor4D): tf.Tensor {
  return model instanceof TFCLIPModel
    ? model.getImageFeatures({ pixelValues })
    : model.call({ pixelValues }).imageEmbeds;
}

function hidden(model: ImageFeatureParts['model'], pixelValues: tf.Tensor4D): tf.Tensor {
  if (!(model instanceof TFCLIPModel)) return model.call({ pixelValues }).lastHiddenState;
  throw new InvalidArgumentError(
    'pool: false needs the tower alone; give a TFCLIPVisionModelWithProjection or the name of a model.',
  );
}
