// SPDX-License-Identifier: Apache-2.0
/** A model saved into memory: the bytes that savePretrained would write, for loading or only to be counted. */
import { openSource, toSafetensorsBytes, writeSafetensors } from '@tfjs-clip/safetensors';
import { type CheckpointFolder, type SaveOptions, saveCheckpoint } from '@tfjs-clip/weights-converter';
import type { TFCLIPModel } from '../models/index.js';
import type { ModelFiles } from '../pretrained/modelFiles.js';

type WriteTensors = CheckpointFolder['writeTensors'];

export async function saveToMemory(
  model: TFCLIPModel,
  options: SaveOptions,
): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  await save(model, options, async (file, tensors, metadata) => {
    files.set(file, await toSafetensorsBytes(tensors, metadata));
  });
  return files;
}

/** The size of what saveToMemory would hold. */
export async function savedBytes(model: TFCLIPModel, options: SaveOptions): Promise<number> {
  let bytes = 0;
  await save(model, options, async (_, tensors, metadata) => {
    for await (const chunk of writeSafetensors(tensors, metadata)) bytes += chunk.length;
  });
  return bytes;
}

export function memoryModelFiles(model: TFCLIPModel, weights: ReadonlyMap<string, Uint8Array>): ModelFiles {
  const config = new TextEncoder().encode(JSON.stringify(model.config.toJSON()));
  return {
    name: 'the compressed model',
    read: async (file) => (file === 'config.json' ? config : null),
    async open(file) {
      const bytes = weights.get(file);
      return bytes ? openSource(bytes, { name: file }) : null;
    },
  };
}

function save(model: TFCLIPModel, options: SaveOptions, writeTensors: WriteTensors): Promise<void> {
  const named = [...model.namedWeights()].map(([name, variable]) => ({
    name,
    shape: variable.shape,
    data: async () => (await variable.data()) as Float32Array,
  }));
  const folder = { list: async () => [], writeText: async () => {}, remove: async () => {}, writeTensors };
  return saveCheckpoint(folder, named, options);
}
