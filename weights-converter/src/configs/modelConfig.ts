// SPDX-License-Identifier: Apache-2.0
/** The configuration of a checkpoint as Hugging Face's config.json has it, wherever it comes from. */
import type { Checkpoint, CheckpointFiles } from '../checkpoint.js';
import { BrokenCheckpointError } from '../errors.js';
import type { SchemeName } from '../names/scheme.js';
import { openCheckpoint } from '../openCheckpoint.js';
import { inferConfig } from './inferConfig.js';
import { fromOpenClipConfig, preprocessorOfOpenClip } from './openClipConfig.js';

export type JSONObject = Record<string, unknown>;

export interface ModelConfig {
  /** As in config.json: snake_case, with what is not known left out. */
  json: JSONObject;
  source: 'config.json' | 'open_clip_config.json' | 'tensors';
  /** Whose names the tensors have, where they had to tell; else null. */
  scheme: SchemeName | null;
  /** What had to be assumed; sentences to show to a user. */
  notes: string[];
}

const OPEN_CLIP = 'open_clip_config.json';

/**
 * From config.json, else open_clip_config.json, else the shapes of the tensors.
 *
 * @param checkpoint where it is open already; else it is opened when the tensors are needed
 * @throws BrokenCheckpointError for a file that is no JSON object; what openCheckpoint throws; UnsupportedCheckpointError
 *   for a model that is no plain CLIP
 */
export async function readConfig(files: CheckpointFiles, checkpoint?: Checkpoint): Promise<ModelConfig> {
  const json = await readJSON(files, 'config.json');
  if (json) return { json, source: 'config.json', scheme: null, notes: [] };
  const openClip = await readJSON(files, OPEN_CLIP);
  if (openClip) return fromOpenClipConfig(openClip, files.name);
  if (checkpoint) return inferConfig(checkpoint);
  const opened = await openCheckpoint(files);
  try {
    return inferConfig(opened);
  } finally {
    await opened.close();
  }
}

/** The image processor's configuration as preprocessor_config.json has it; null where no file has one. */
export async function readPreprocessor(files: CheckpointFiles): Promise<JSONObject | null> {
  const json = await readJSON(files, 'preprocessor_config.json');
  if (json) return json;
  const openClip = await readJSON(files, OPEN_CLIP);
  return openClip && preprocessorOfOpenClip(openClip, files.name);
}

async function readJSON(files: CheckpointFiles, file: string): Promise<JSONObject | null> {
  const bytes = await files.read(file);
  if (!bytes) return null;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BrokenCheckpointError(`${file} of ${files.name}`, 'it is not JSON', { cause });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JSONObject;
  throw new BrokenCheckpointError(`${file} of ${files.name}`, 'it must hold a JSON object, {…}');
}
