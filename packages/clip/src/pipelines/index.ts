// SPDX-License-Identifier: Apache-2.0
/** The pipelines: one call from pictures and texts to answers. */
export type { FeatureExtractionPipeline, TextFeatureOptions, TextFeatureParts } from './featureExtraction.js';
export type {
  ImageFeatureExtractionPipeline,
  ImageFeatureOptions,
  ImageFeatureParts,
} from './imageFeatureExtraction.js';
export { type PipelineParts, type Pipelines, type PipelineTask, pipeline } from './pipeline.js';
export type {
  LabelScore,
  ZeroShotImageClassificationPipeline,
  ZeroShotOptions,
  ZeroShotParts,
} from './zeroShotImageClassification.js';
