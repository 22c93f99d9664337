// SPDX-License-Identifier: Apache-2.0
/** From the files of a pretrained model into the variables of a layer: all of them, or none. */

import {
  type Checkpoint,
  CheckpointNotFoundError,
  type CheckpointTensor,
  matchCheckpoint,
  openCheckpoint,
  readConfig,
  type SchemeName,
  type Tower,
} from '@tfjs-clip/weights-converter';
import type { JSONObject } from '../configuration/fields.js';
import { ModelNotFoundError } from '../errors.js';
import type { CompositeLayer, WeightSlot } from '../layers/compositeLayer.js';
import { asModelError } from './checkpointErrors.js';
import type { ModelFiles } from './modelFiles.js';
import { readJSON } from './readJSON.js';
import { weightTarget } from './weightTarget.js';

/** Whose checkpoints are published without a config.json; of the others it is missing, and a guess could be wrong. */
const WITHOUT_CONFIG: readonly (SchemeName | null)[] = ['openai', 'openclip'];
/** Tensors that are filled at a time, so that the disk is read while numbers are put in place. More were no faster. */
const AT_ONCE = 3;

export interface Configuration {
  json: JSONObject;
  /** What had to be assumed, where there is no config.json; sentences to show to a user. */
  notes: readonly string[];
}

/**
 * config.json, or what stands for it: OpenCLIP's configuration, or the shapes of OpenAI's and OpenCLIP's tensors.
 *
 * @throws ModelNotFoundError where there is none of these, ConfigurationError where config.json is broken, CheckpointError
 *   where what stands for it cannot be read
 */
export async function readConfiguration(files: ModelFiles): Promise<Configuration> {
  const json = await readJSON(files, 'config.json');
  if (json) return { json, notes: [] };
  try {
    const config = await readConfig(files);
    if (config.source !== 'tensors' || WITHOUT_CONFIG.includes(config.scheme)) return config;
  } catch (error) {
    if (!(error instanceof CheckpointNotFoundError)) throw asModelError(error, files.name);
  }
  throw new ModelNotFoundError(
    `${files.name} has no config.json, so it is no model; a model's folder holds config.json and model.safetensors.`,
  );
}

/**
 * Creates the layer's variables with the checkpoint's values, which are read to where the backend holds them: beside the
 * weights as float32, room is needed for a few slabs of 2 MB (benchmarks/loading.mjs). Only tensors that the layer has are read.
 *
 * @param tower the only tower that the layer has, if so: then its tensors may lack their prefix, and others are left
 * @throws CheckpointError, ModelNotFoundError; no variable exists then
 */
export async function loadWeights(layer: CompositeLayer, files: ModelFiles, tower?: Tower): Promise<void> {
  let checkpoint: Checkpoint | null = null;
  try {
    checkpoint = await openCheckpoint(files);
    const slots = layer.weightSlots();
    const tensors = matchCheckpoint(checkpoint, slots, tower);
    await fillAll(inOrderOfFile(slots, tensors, checkpoint));
  } catch (error) {
    layer.disposeVariables();
    throw asModelError(error, files.name);
  } finally {
    await checkpoint?.close();
  }
}

interface Filling {
  slot: WeightSlot;
  tensor: CheckpointTensor;
}

/** Disks, and caches that hold a file in parts, are read quickest from front to back. */
function* inOrderOfFile(
  slots: readonly WeightSlot[],
  tensors: ReadonlyMap<string, CheckpointTensor>,
  checkpoint: Checkpoint,
): Generator<Filling> {
  const slotOf = new Map(slots.map((slot) => [tensors.get(slot.name), slot]));
  for (const tensor of checkpoint.tensors.values()) {
    const slot = slotOf.get(tensor);
    if (slot) yield { slot, tensor };
  }
}

/** Once one tensor fails, the queue is at its end for all. */
async function fillAll(queue: Generator<Filling>): Promise<void> {
  const fillUntilEmpty = async () => {
    for (const { slot, tensor } of queue) {
      const target = weightTarget(slot);
      await tensor.read(target.values);
      target.complete();
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_ONCE }, fillUntilEmpty));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
}
