// SPDX-License-Identifier: Apache-2.0
/** From the files of a pretrained model into the variables of a layer: all of them, or none. */

import * as tf from '@tensorflow/tfjs';
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

/** Whose checkpoints are published without a config.json; of the others it is missing, and a guess could be wrong. */
const WITHOUT_CONFIG: readonly (SchemeName | null)[] = ['openai', 'openclip'];

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
 * Creates the layer's variables with the checkpoint's values, one tensor in memory at a time: beside the weights as float32 on
 * the backend, room is needed for one tensor as it lies in the file and once more as float32 for each step that changes it
 * (half to float, transposition), and for what the garbage collector has not taken back. Of ViT-B/32 that is 15% at most
 * (benchmarks/loading.mjs). Only tensors that the layer has are read.
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
    for (const slot of slots) await fill(slot, tensors.get(slot.name)!);
  } catch (error) {
    layer.disposeVariables();
    throw asModelError(error, files.name);
  } finally {
    await checkpoint?.close();
  }
}

async function fill(slot: WeightSlot, tensor: CheckpointTensor): Promise<void> {
  const values = await tensor.read();
  tf.tidy(() => slot.create(tf.tensor(values, slot.shape, 'float32')));
}
