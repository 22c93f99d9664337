// SPDX-License-Identifier: Apache-2.0
/** `pipeline(task, model)`: from files or sentences to an answer in one call, as in transformers. */
import { InvalidArgumentError } from '../errors.js';
import {
  TFCLIPModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from '../models/index.js';
import { IMAGE_PROCESSOR_FILES, MODEL_FILES, TOKENIZER_FILES } from '../pretrained/hub/files.js';
import { readConfiguration } from '../pretrained/loadWeights.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import { CLIPImageProcessor } from '../processing/image/index.js';
import { CLIPTokenizer } from '../processing/tokenizer/index.js';
import {
  type FeatureExtractionPipeline,
  featureExtraction,
  type TextFeatureParts,
} from './featureExtraction.js';
import {
  type ImageFeatureExtractionPipeline,
  type ImageFeatureParts,
  imageFeatureExtraction,
} from './imageFeatureExtraction.js';
import {
  type ZeroShotImageClassificationPipeline,
  type ZeroShotParts,
  zeroShotImageClassification,
} from './zeroShotImageClassification.js';

/** What each task returns. */
export interface Pipelines {
  'zero-shot-image-classification': ZeroShotImageClassificationPipeline;
  'image-feature-extraction': ImageFeatureExtractionPipeline;
  'feature-extraction': FeatureExtractionPipeline;
}

/** What each task is made of, for those who have it loaded already. */
export interface PipelineParts {
  'zero-shot-image-classification': ZeroShotParts;
  'image-feature-extraction': ImageFeatureParts;
  'feature-extraction': TextFeatureParts;
}

export type PipelineTask = keyof Pipelines;

interface Task<Name extends PipelineTask> {
  /** What is fetched at once where it has to be fetched. */
  files: readonly string[];
  load(files: ModelFiles, options: PretrainedOptions): Promise<PipelineParts[Name]>;
  make(parts: PipelineParts[Name], dispose: () => void): Pipelines[Name];
}

const tasks: { [Name in PipelineTask]: Task<Name> } = {
  'zero-shot-image-classification': {
    files: [...MODEL_FILES, ...IMAGE_PROCESSOR_FILES, ...TOKENIZER_FILES],
    load: async (files, options) => ({
      processor: await CLIPProcessor.fromModelFiles(files, options),
      model: await TFCLIPModel.fromModelFiles(files, options),
    }),
    make: zeroShotImageClassification,
  },
  'image-feature-extraction': {
    files: [...MODEL_FILES, ...IMAGE_PROCESSOR_FILES],
    load: async (files, options) => ({
      processor: await CLIPImageProcessor.fromModelFiles(files, options),
      model: await TFCLIPVisionModelWithProjection.fromModelFiles(files, options),
    }),
    make: imageFeatureExtraction,
  },
  'feature-extraction': {
    files: [...MODEL_FILES, ...TOKENIZER_FILES],
    load: async (files, options) => ({
      processor: await CLIPTokenizer.fromModelFiles(files, options),
      model: await TFCLIPTextModelWithProjection.fromModelFiles(files, options),
    }),
    make: featureExtraction,
  },
};

/**
 * ```ts
 * const classify = await pipeline('zero-shot-image-classification', 'emoji-clip', {
 *   progressCallback: ({ file, loaded, total }) => console.log(file, loaded, total),
 * });
 * const scores = await classify('pizza.png', ['pizza', 'dog', 'rocket']);
 * classify.dispose();
 * ```
 * @param model an id, folder or URL as for `fromPretrained`, or `{ model, processor }` loaded before. Default 'emoji-clip'.
 * @throws InvalidArgumentError for an unknown task, and what `fromPretrained` throws
 */
export async function pipeline<Name extends PipelineTask>(
  task: Name,
  model: string | PipelineParts[Name] = 'emoji-clip',
  options: PretrainedOptions = {},
): Promise<Pipelines[Name]> {
  if (!Object.hasOwn(tasks, task)) {
    throw new InvalidArgumentError(`No task '${task}'; there are ${Object.keys(tasks).join(', ')}.`);
  }
  const { files: wanted, load, make } = tasks[task];
  if (typeof model !== 'string') return make(checkedParts(model), () => {});
  const files = await resolveModelFiles(model, options);
  await files.preload?.(wanted);
  await readConfiguration(files); // A folder that is no model is called that, not one without a tokenizer.
  const parts = await load(files, options);
  return make(parts, () => parts.model.dispose());
}

function checkedParts<Parts extends { model: unknown; processor: unknown }>(parts: Parts): Parts {
  if (parts?.model && parts.processor) return parts;
  throw new InvalidArgumentError(
    "model must be a name, a folder, a URL, or { model, processor }; for example 'emoji-clip'.",
  );
}
