// SPDX-License-Identifier: Apache-2.0
/** model.safetensors, or the shards that model.safetensors.index.json lists. */
import {
  SafetensorsError,
  SafetensorsReader,
  ShardedReader,
  type TensorReader,
} from '@tfjs-clip/safetensors';
import type { CheckpointFiles, CheckpointFormat, RawCheckpoint } from '../checkpoint.js';

const SINGLE = 'model.safetensors';
const INDEX = 'model.safetensors.index.json';

export const safetensorsFormat: CheckpointFormat = {
  files: [SINGLE, INDEX],
  async open(files) {
    const reader = (await openSingle(files)) ?? (await openShards(files));
    return reader && rawCheckpoint(reader);
  },
};

async function openSingle(files: CheckpointFiles): Promise<TensorReader | null> {
  const source = await files.open(SINGLE);
  return source && SafetensorsReader.open(source);
}

async function openShards(files: CheckpointFiles): Promise<TensorReader | null> {
  const index = await files.read(INDEX);
  return index && ShardedReader.open(index, (file) => openShard(files, file));
}

async function openShard(files: CheckpointFiles, file: string) {
  const source = await files.open(file);
  if (source) return source;
  throw new SafetensorsError(
    'FILE_NOT_FOUND',
    `${files.name} has no ${file}, which ${INDEX} lists: fetch all files of the model.`,
  );
}

function rawCheckpoint(reader: TensorReader): RawCheckpoint {
  const tensors = reader.names().map((name) => {
    const { dtype, shape } = reader.info(name);
    return { name, dtype, shape, read: () => reader.float32(name) };
  });
  return { metadata: reader.metadata, tensors, close: () => reader.close() };
}
