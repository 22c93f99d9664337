// SPDX-License-Identifier: Apache-2.0
/** The classes that an inspection names. */
import type { ModelClass as ModelClassName } from '@tfjs-clip/weights-converter';
import type { JSONObject } from '../configuration/fields.js';
import { TFCLIPForImageClassification } from '../models/clipForImageClassification.js';
import { TFCLIPModel } from '../models/clipModel.js';
import { TFCLIPTextModel, TFCLIPTextModelWithProjection } from '../models/clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from '../models/clipVisionModel.js';
import type { ModelConfig, Tower } from '../models/preTrainedModel.js';

interface ConfiguredClass {
  configFromJSON(json: JSONObject, modelName: string): ModelConfig;
  readonly tower?: Tower;
}

export const MODEL_CLASSES: Readonly<Record<ModelClassName, ConfiguredClass>> = {
  CLIPModel: TFCLIPModel,
  CLIPTextModel: TFCLIPTextModel,
  CLIPTextModelWithProjection: TFCLIPTextModelWithProjection,
  CLIPVisionModel: TFCLIPVisionModel,
  CLIPVisionModelWithProjection: TFCLIPVisionModelWithProjection,
  CLIPForImageClassification: TFCLIPForImageClassification,
};
