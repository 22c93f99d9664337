// SPDX-License-Identifier: Apache-2.0
/** Texts into vectors. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel, type TFCLIPTextModelWithProjection } from '../models/index.js';
import type { TextInputs } from '../models/inputs.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import type { CLIPTokenizer } from '../processing/tokenizer/index.js';
import { checkBatchSize, DEFAULT_BATCH_SIZE } from './batches.js';
import { forwardTexts, tokenRows, toUnitLength } from './features.js';

export interface TextFeatureOptions {
  /** true: one vector a text; false: the tower's last hidden state, one vector a token. Default true. */
  pool?: boolean;
  /** Divides every vector by its length, so that dot products are cosines. Default false. */
  normalize?: boolean;
  /** Cuts texts that are longer than the model's context. Default false: they are refused. */
  truncation?: boolean;
  /** Texts a forward pass. Default 16. */
  batchSize?: number;
}

/**
 * ```ts
 * const extract = await pipeline('feature-extraction', 'emoji-clip');
 * const features = await extract(['a pizza', 'a dog'], { normalize: true }); // tf.Tensor2D [2, 128]
 * ```
 * Returns a tensor that the caller disposes: the projected features [texts, projectionDim] of `getTextFeatures`, in the
 * space that pictures share; with `pool: false` the last hidden state [texts, sequence, hiddenSize], padded to the longest
 * text. (Hugging Face's pipeline does not project: it returns our `pool: false`, text by text.)
 *
 * @throws InvalidArgumentError for an empty list, TokenizationError for a text beyond the context
 */
export interface FeatureExtractionPipeline {
  (texts: string | readonly string[], options: TextFeatureOptions & { pool: false }): Promise<tf.Tensor3D>;
  (texts: string | readonly string[], options?: TextFeatureOptions): Promise<tf.Tensor2D>;
  readonly model: TFCLIPTextModelWithProjection | TFCLIPModel;
  readonly processor: CLIPTokenizer;
  /** Frees the model, if the pipeline loaded it. A model that was passed in stays its owner's. */
  dispose(): void;
}

export interface TextFeatureParts {
  model: TFCLIPTextModelWithProjection | TFCLIPModel;
  processor: CLIPTokenizer | CLIPProcessor;
}

export function featureExtraction(
  { model, processor: given }: TextFeatureParts,
  dispose: () => void,
): FeatureExtractionPipeline {
  const processor = given instanceof CLIPProcessor ? given.tokenizer : given;
  const config = model instanceof TFCLIPModel ? model.config.textConfig : model.config;
  const call = async (texts: string | readonly string[], options: TextFeatureOptions = {}) => {
    const { pool = true, normalize = false, truncation = false, batchSize = DEFAULT_BATCH_SIZE } = options;
    checkBatchSize(batchSize);
    const rows = tokenRows(processor, textList(texts), config.maxPositionEmbeddings, truncation);
    return forwardTexts(rows, batchSize, (inputs) => {
      const features = pool ? projected(model, inputs) : hidden(model, inputs);
      return normalize ? toUnitLength(features) : features;
    });
  };
  return Object.assign(call as FeatureExtractionPipeline, { model, processor, dispose });
}

function textList(texts: string | readonly string[]): string[] {
  const list = Array.isArray(texts) ? texts : [texts];
  if (list.length === 0) throw new InvalidArgumentError('texts is empty; give at least one text.');
  const index = list.findIndex((text) => typeof text !== 'string');
  if (index < 0) return list;
  throw new InvalidArgumentError(`texts ${index} is ${typeof list[index]}, but must be a string.`);
}

function projected(model: TextFeatureParts['model'], inputs: TextInputs): tf.Tensor {
  return model instanceof TFCLIPModel ? model.getTextFeatures(inputs) : model.call(inputs).textEmbeds;
}

function hidden(model: TextFeatureParts['model'], inputs: TextInputs): tf.Tensor {
  if (!(model instanceof TFCLIPModel)) return model.call(inputs).lastHiddenState;
  throw new InvalidArgumentError(
    'pool: false needs the tower alone; give a TFCLIPTextModelWithProjection or the name of a model.',
  );
}
