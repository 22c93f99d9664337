// SPDX-License-Identifier: Apache-2.0
import { type Inspection, inspectCheckpoint } from '@tfjs-clip/weights-converter';
import { asModelError } from '../pretrained/checkpointErrors.js';
import { MODEL_FILES } from '../pretrained/hub/files.js';
import type { PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';

/**
 * What a model's files are: whose names and which format, parameters by part, types, configuration, and what keeps it from
 * loading. No tensor is read.
 *
 * @param idOrPath what fromPretrained takes
 * @throws ModelNotFoundError, CheckpointError for what cannot be opened at all
 */
export async function inspectModel(
  idOrPath: string | URL,
  options: PretrainedOptions = {},
): Promise<Inspection> {
  const files = await resolveModelFiles(idOrPath, options);
  await files.preload?.(MODEL_FILES);
  try {
    return await inspectCheckpoint(files);
  } catch (error) {
    throw asModelError(error, files.name);
  }
}
