// SPDX-License-Identifier: Apache-2.0
// biome-ignore-all assist/source/organizeImports: grouped for those who read it
/** The public names of tfjs-clip. */

// Models, their outputs and losses.
export * from './models/index.js';

// Text and pictures into tensors.
export { type BatchFeature, CLIPProcessor, type ProcessorInputs } from './processing/clipProcessor.js';
export * from './processing/image/index.js';
export * from './processing/tokenizer/index.js';

// What tfjs computes with.
export { type BackendName, type BackendOptions, useBackend } from './backends/useBackend.js';

// Pipelines.
export * from './pipelines/index.js';

// Configurations.
export {
  CLIPConfig,
  type CLIPConfigFields,
  CLIPTextConfig,
  type CLIPTextConfigFields,
  CLIPVisionConfig,
  type CLIPVisionConfigFields,
} from './configuration/index.js';

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

// Where models come from.
export * from './pretrained/hub/index.js';
export type { ModelFiles, PretrainedOptions, ProgressEvent } from './pretrained/modelFiles.js';
export { resolveModelFiles } from './pretrained/resolveModelFiles.js';

// Small files of a model into its folder, whole or not at all.
export { saveFiles } from './pretrained/saveFiles.js';

// One kind of checkpoint into another, and what one is.
export * from './conversion/index.js';

// What smaller weights cost.
export * from './compression/index.js';

// Errors.
export * from './errors.js';
