// SPDX-License-Identifier: Apache-2.0
/** Several files read as one through an index such as pytorch_model.bin.index.json, whose names are not trusted. */
import { type ByteSource, SafetensorsError } from '@tfjs-clip/safetensors';
import type { CheckpointFiles, CheckpointFormat, RawCheckpoint } from '../checkpoint.js';
import { BrokenCheckpointError, UnsafeCheckpointError } from '../errors.js';
import { ownerOf } from '../quantizedFiles.js';

/** A plain file name: no separators, drive letters, URL escapes or control characters. */
const SHARD_NAME = /^[\p{L}\p{N}_](?!.*\.\.)[\p{L}\p{N}_. -]*\.(?:bin|pt|h5|msgpack|safetensors)$/u;
const MOST_SHARDS = 10_000;

export async function openShards(
  files: CheckpointFiles,
  indexFile: string,
  index: Uint8Array,
  format: CheckpointFormat,
): Promise<RawCheckpoint> {
  const fileOf = parseIndex(index, indexFile);
  const shards: RawCheckpoint[] = [];
  const close = async () => {
    for (const shard of shards) await shard.close();
  };
  try {
    for (const file of new Set(fileOf.values())) {
      const shard = await format.open(await openFile(files, file, indexFile));
      shards.push(shard);
      checkShard(fileOf, shard, file, indexFile);
    }
    const metadata = Object.assign({}, ...shards.map((shard) => shard.metadata));
    return { metadata, tensors: shards.flatMap((shard) => shard.tensors), close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openFile(files: CheckpointFiles, file: string, indexFile: string): Promise<ByteSource> {
  const source = await files.open(file);
  if (source) return source;
  throw new SafetensorsError(
    'FILE_NOT_FOUND',
    `${files.name} has no ${file}, which ${indexFile} lists: fetch all files of the model.`,
  );
}

/** weight_map: tensor name → shard file. */
function parseIndex(bytes: Uint8Array, indexFile: string): Map<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new BrokenCheckpointError(indexFile, 'it is not JSON', { cause });
  }
  const map = (json as { weight_map?: unknown } | null)?.weight_map;
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw new BrokenCheckpointError(indexFile, 'it has no weight_map from tensors to files');
  }
  const fileOf = new Map<string, string>();
  for (const [tensor, file] of Object.entries(map)) {
    if (typeof file !== 'string' || !SHARD_NAME.test(file)) {
      const shown = JSON.stringify(file).slice(0, 200);
      throw new UnsafeCheckpointError(
        indexFile,
        `it lists ${shown}; a shard is a plain file name beside the index`,
      );
    }
    fileOf.set(tensor, file);
  }
  if (fileOf.size === 0 || new Set(fileOf.values()).size > MOST_SHARDS) {
    throw new BrokenCheckpointError(indexFile, 'it lists no files, or too many');
  }
  return fileOf;
}

function checkShard(
  fileOf: ReadonlyMap<string, string>,
  shard: RawCheckpoint,
  file: string,
  indexFile: string,
): void {
  const held = new Set(shard.tensors.map(({ name }) => name));
  // Keras's index leaves out what its file has around a variable's name.
  if (file.endsWith('.h5')) return;
  for (const [name, listed] of fileOf) {
    if (listed === file && !held.has(ownerOf(name))) {
      throw new BrokenCheckpointError(indexFile, `it lists '${name}' in ${file}, which does not hold it`);
    }
  }
}
