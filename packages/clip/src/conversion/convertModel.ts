// SPDX-License-Identifier: Apache-2.0
/** A checkpoint of any dialect into a folder of another one: the same numbers under other names, one tensor at a time. */
import { type Inspection, inspectCheckpoint, type ModelClass } from '@tfjs-clip/weights-converter';
import { CheckpointError, InvalidArgumentError } from '../errors.js';
import { asModelError } from '../pretrained/checkpointErrors.js';
import { MODEL_FILES } from '../pretrained/hub/files.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';
import type { SavePretrainedOptions, StoredFloat } from '../pretrained/saveModel.js';
import { toHuggingFace } from './toHuggingFace.js';
import { toLayersModels } from './toLayersModels.js';
import { toOpenClip } from './toOpenClip.js';

/** Hugging Face's folder, OpenCLIP's, or a folder with a tf.LayersModel for each tower. */
export type ConversionTarget = 'hf' | 'openclip' | 'tfjs';

export interface ConvertOptions extends PretrainedOptions, SavePretrainedOptions {
  to: ConversionTarget;
  /** What the numbers are stored as. Default: what all of them are stored as in the source, else 'F32'. */
  dtype?: StoredFloat;
}

export interface Conversion {
  /** What the source was. */
  source: Inspection;
  modelClass: ModelClass;
  dtype: StoredFloat;
  /** What had to be assumed, or is missing; sentences to show to a user. */
  notes: string[];
}

/** What a target is written from. */
export interface ConversionSource {
  files: ModelFiles;
  inspection: Inspection;
  modelClass: ModelClass;
  dtype: StoredFloat;
}

const TARGETS = { hf: toHuggingFace, openclip: toOpenClip, tfjs: toLayersModels };

/**
 * Node only. Files of the tokenizer and the image processor come along.
 *
 * ```ts
 * await convertModel('ViT-B-32.pt', './clip-vit-base-patch32', { to: 'hf', dtype: 'F16' });
 * ```
 *
 * @param idOrPath what fromPretrained takes
 * @param directory made if it is not there; files of the same names in it are replaced one by one
 * @throws ModelNotFoundError, CheckpointError, ConfigurationError for a source that cannot be read; InvalidArgumentError for
 *   what the target cannot hold, before anything is written
 */
export async function convertModel(
  idOrPath: string | URL,
  directory: string,
  options: ConvertOptions,
): Promise<Conversion> {
  checkOptions(options);
  const files = await resolveModelFiles(idOrPath, options);
  try {
    await files.preload?.(MODEL_FILES);
    const source = await inspected(files, options.dtype);
    const notes = await TARGETS[options.to](source, directory, options);
    const { inspection, modelClass, dtype } = source;
    return { source: inspection, modelClass, dtype, notes: [...inspection.notes, ...notes] };
  } catch (error) {
    throw asModelError(error, files.name);
  }
}

async function inspected(files: ModelFiles, wanted: StoredFloat | undefined): Promise<ConversionSource> {
  const inspection = await inspectCheckpoint(files);
  const { modelClass, problems } = inspection;
  if (modelClass === null || problems.length > 0) {
    throw new CheckpointError(`${files.name} cannot be converted. ${problems.join(' ')}`);
  }
  return { files, inspection, modelClass, dtype: wanted ?? storedType(inspection) };
}

/** What convertModel stores numbers as that it does not quantize, unless told: what all of the source are, else 'F32'. */
export function storedType({ dtypes }: Inspection): StoredFloat {
  const [only, ...others] = Object.keys(dtypes);
  return others.length === 0 && (only === 'F16' || only === 'BF16') ? only : 'F32';
}

function checkOptions({ to, dtype, quantization, maxShardSize }: ConvertOptions): void {
  if (!Object.hasOwn(TARGETS, String(to))) {
    throw new InvalidArgumentError(
      `to: ${JSON.stringify(to)} is no target; there are ${Object.keys(TARGETS).join(', ')}.`,
    );
  }
  if (quantization && to !== 'hf') {
    throw new InvalidArgumentError(
      `Weights as ${quantization.type} can be converted to: 'hf' only; no one else reads them.`,
    );
  }
  if (dtype === 'BF16' && to === 'tfjs') {
    throw new InvalidArgumentError("tfjs has no bfloat16: give dtype 'F32' or 'F16'.");
  }
  if (maxShardSize !== undefined && to === 'openclip') {
    throw new InvalidArgumentError('OpenCLIP reads its weights from one file: leave maxShardSize out.');
  }
}
