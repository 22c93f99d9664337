// SPDX-License-Identifier: Apache-2.0
import {
  type Checkpoint,
  expectedTensors,
  matchCheckpoint,
  type NamedTensor,
  openCheckpoint,
} from '@tfjs-clip/weights-converter';
import type { JSONObject } from '../configuration/fields.js';
import type { ConversionSource } from './convertModel.js';
import { MODEL_CLASSES } from './modelClasses.js';

/** The whole configuration: with the defaults of what the source leaves out. */
export function fullConfig({ files, inspection, modelClass }: ConversionSource): JSONObject {
  return MODEL_CLASSES[modelClass].configFromJSON(inspection.config as JSONObject, files.name).toJSON();
}

/** The tensors of the model under a whole model's names, each read when it is written, while `use` runs. */
export async function withTensors(
  { files, inspection, modelClass }: ConversionSource,
  use: (tensors: NamedTensor[]) => Promise<void>,
): Promise<void> {
  let checkpoint: Checkpoint | null = null;
  try {
    checkpoint = await openCheckpoint(files);
    const expected = expectedTensors(modelClass, inspection.config ?? {});
    const matched = matchCheckpoint(checkpoint, expected, MODEL_CLASSES[modelClass].tower);
    await use([...matched].map(([name, { shape, read }]) => ({ name, shape, data: read })));
  } finally {
    await checkpoint?.close();
  }
}
