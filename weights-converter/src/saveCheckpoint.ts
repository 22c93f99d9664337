// SPDX-License-Identifier: Apache-2.0
/** A model's weights into a folder, in one file or in shards. */
import type { WritableTensor } from '@tfjs-clip/safetensors';
import {
  HUGGING_FACE_METADATA,
  type HuggingFaceOptions,
  type NamedTensor,
  quantizedEntries,
  toHuggingFaceTensors,
} from './names/huggingFace.js';
import { type QuantizedEntry, quantizationMetadata } from './quantizedFiles.js';
import { planShards, SHARD_FILE } from './shards.js';

/** What saving needs of a place; each write appears whole or not at all. */
export interface CheckpointFolder {
  list(): Promise<string[]>;
  writeText(file: string, text: string): Promise<void>;
  writeTensors(
    file: string,
    tensors: readonly WritableTensor[],
    metadata: Readonly<Record<string, string>>,
  ): Promise<void>;
  remove(file: string): Promise<void>;
}

export interface SaveOptions extends HuggingFaceOptions {
  /** Bytes, or text such as '5GB'. Default: one file. */
  maxShardSize?: number | string;
}

/**
 * Writes the shards, then their index, then removes files of an earlier save: a failure before that leaves the old checkpoint
 * in place, unless it had just as many shards, which are replaced one by one.
 *
 * @throws UnwritableTensorError for what is no maxShardSize, before anything is written
 */
export async function saveCheckpoint(
  folder: CheckpointFolder,
  named: Iterable<NamedTensor>,
  options: SaveOptions = {},
): Promise<void> {
  const tensors = [...named];
  const entries = quantizedEntries(tensors, options);
  const { shards, index } = planShards(toHuggingFaceTensors(tensors, options), options.maxShardSize);
  const written = new Set(shards.map(({ file }) => file));
  for (const { file, tensors: held } of shards) {
    const names = new Set(held.map(({ name }) => name));
    await folder.writeTensors(file, held, metadataFor(entries, names));
  }
  if (index !== null) {
    await folder.writeText('model.safetensors.index.json', index);
    written.add('model.safetensors.index.json');
  }
  for (const file of await folder.list()) {
    if (SHARD_FILE.test(file) && !written.has(file)) await folder.remove(file);
  }
}

function metadataFor(
  entries: Readonly<Record<string, QuantizedEntry>>,
  names: ReadonlySet<string>,
): Record<string, string> {
  const held = Object.entries(entries).filter(([name]) => names.has(name));
  return { ...HUGGING_FACE_METADATA, ...quantizationMetadata(Object.fromEntries(held)) };
}
