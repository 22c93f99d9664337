// SPDX-License-Identifier: Apache-2.0
/** The public names of tfjs-clip. */
// Models, their outputs and losses.

// Configurations.
export {
  CLIPConfig,
  type CLIPConfigFields,
  CLIPTextConfig,
  type CLIPTextConfigFields,
  CLIPVisionConfig,
  type CLIPVisionConfigFields,
} from './configuration/index.js';
// Errors.
export * from './errors.js';
// Layers, for models of your own and for tf.loadLayersModel.
export {
  CLIPLayerNorm,
  CLIPLinear,
  TFCLIPAttention,
  TFCLIPEncoder,
  TFCLIPEncoderLayer,
  TFCLIPMLP,
  TFCLIPTextEmbeddings,
  TFCLIPTextTransformer,
  TFCLIPVisionEmbeddings,
  TFCLIPVisionTransformer,
} from './layers/index.js';
export * from './models/index.js';
// Pipelines.
export * from './pipelines/index.js';
// Where models come from.
export * from './pretrained/hub/index.js';
export type { ModelFiles, PretrainedOptions, ProgressEvent } from './pretrained/modelFiles.js';
// Text and pictures into tensors.
export { CLIPProcessor } from './processing/clipProcessor.js';
export * from './processing/image/index.js';
export * from './processing/tokenizer/index.js';
