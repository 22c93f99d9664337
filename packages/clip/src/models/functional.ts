// SPDX-License-Identifier: Apache-2.0
/**
 * The functional form: the same layers on weights that are passed in, as HF's FlaxCLIP models.
 *
 * ```ts
 * const model = await FlaxCLIPModel.fromPretrained('emoji-clip');
 * const gradient = tf.grad((scale) => model.apply({ ...model.params, logit_scale: scale }, inputs, { returnLoss: true }).loss);
 * ```
 */
import * as tf from '@tensorflow/tfjs';
import type { CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { DisposedError, InvalidArgumentError } from '../errors.js';
import { randomWeights, type WeightSlot, withWeights } from '../layers/compositeLayer.js';
import { seededRandom } from '../layers/random.js';
import { TFCLIPModel } from './clipModel.js';
import { TFCLIPTextModel, TFCLIPTextModelWithProjection } from './clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from './clipVisionModel.js';
import type { ModelClass, ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';

/** Weights under their Hugging Face names, in our layout (see `namedWeights`). */
export type Params = Record<string, tf.Tensor>;

interface CallableModel extends TFCLIPPreTrainedModel {
  call(inputs: never, options?: never): unknown;
}
