// SPDX-License-Identifier: Apache-2.0

export type { SaveLayersModelOptions } from '../pretrained/saveLayersModel.js';
export type { SavePretrainedOptions } from '../pretrained/saveModel.js';
export * from './clipForImageClassification.js';
// The PyTorch names, so that ported code reads the same.
export { TFCLIPForImageClassification as CLIPForImageClassification } from './clipForImageClassification.js';
export * from './clipModel.js';
export { TFCLIPModel as CLIPModel } from './clipModel.js';
export * from './clipTextModel.js';
export {
  TFCLIPTextModel as CLIPTextModel,
  TFCLIPTextModelWithProjection as CLIPTextModelWithProjection,
} from './clipTextModel.js';
export * from './clipVisionModel.js';
export {
  TFCLIPVisionModel as CLIPVisionModel,
  TFCLIPVisionModelWithProjection as CLIPVisionModelWithProjection,
} from './clipVisionModel.js';
export * from './functional.js';
export type { ImageInputs, TextInputs, TokenInput } from './inputs.js';
export { classificationLoss, clipLoss, contrastiveLoss } from './losses.js';
export * from './outputs.js';
export {
  TFBaseModelOutputWithPooling as BaseModelOutputWithPooling,
  TFCLIPOutput as CLIPOutput,
} from './outputs.js';
export { type ModelOptions, TFCLIPPreTrainedModel } from './preTrainedModel.js';
