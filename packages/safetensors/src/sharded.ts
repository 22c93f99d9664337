// SPDX-License-Identifier: Apache-2.0
/** Many safetensors files read as one through model.safetensors.index.json, whose names are not trusted. */
import type { TypedArray } from './dtypes.js';
import { SafetensorsError } from './errors.js';
import { decodeUtf8, LARGEST_HEADER, type TensorInfo } from './header.js';
import { JsonScanner } from './jsonScanner.js';
import { SafetensorsReader, type TensorReader } from './reader.js';
import type { ByteSource } from './source.js';

const INDEX = 'the shard index';
/** A plain file name: no separators, drive letters, URL escapes or control characters. */
const SHARD_NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_. -]*\.safetensors$/u;

export class ShardedReader implements TensorReader {
  readonly metadata: Readonly<Record<string, string>>;

  private constructor(
    private readonly shards: ReadonlyMap<string, SafetensorsReader>,
    private readonly shardOf: ReadonlyMap<string, SafetensorsReader>,
  ) {
    // Assignment, not spreading into {}: shards' metadata have no prototype, and neither has their union.
    this.metadata = Object.assign(
      Object.create(null),
      ...[...shards.values()].map((s) => s.metadata).reverse(),
    );
  }

  /**
   * Opens every shard and reads its header. `openShard` is given plain file names only, each once.
   * Takes the shards over: `close` closes them, and so does a failure to open.
   * @throws SafetensorsError INVALID_INDEX, UNSAFE_SHARD_NAME, INDEX_MISMATCH, or what a shard's own header breaks.
   */
  static async open(
    indexBytes: Uint8Array,
    openShard: (file: string) => Promise<ByteSource>,
  ): Promise<ShardedReader> {
    const fileOf = parseIndex(indexBytes);
    const shards = new Map<string, SafetensorsReader>();
    try {
      for (const file of new Set(fileOf.values())) {
        shards.set(file, await SafetensorsReader.open(await openShard(file)));
      }
      return new ShardedReader(shards, resolve(fileOf, shards));
    } catch (error) {
      await closeAll(shards);
      throw error;
    }
  }

  names(): string[] {
    return [...this.shards.values()].flatMap((shard) => shard.names());
  }

  has(name: string): boolean {
    return this.shardOf.has(name);
  }

  info(name: string): TensorInfo {
    return this.shard(name).info(name);
  }

  async bytes(name: string): Promise<Uint8Array> {
    return this.shard(name).bytes(name);
  }

  async data(name: string): Promise<TypedArray> {
    return this.shard(name).data(name);
  }

  async float32(name: string): Promise<Float32Array> {
    return this.shard(name).float32(name);
  }

  close(): Promise<void> {
    return closeAll(this.shards);
  }

  private shard(name: string): SafetensorsReader {
    const shard = this.shardOf.get(name);
    if (!shard) throw new SafetensorsError('TENSOR_NOT_FOUND', `${INDEX} lists no tensor '${name}'.`);
    return shard;
  }
}

/** weight_map: tensor name → shard file. */
function parseIndex(bytes: Uint8Array): Map<string, string> {
  if (bytes.length > LARGEST_HEADER) {
    throw new SafetensorsError(
      'HEADER_TOO_LARGE',
      `${INDEX} has ${bytes.length} bytes; at most ${LARGEST_HEADER} are allowed.`,
    );
  }
  const scanner = new JsonScanner(decodeUtf8(bytes, INDEX), INDEX);
  let fileOf: Map<string, string> | undefined;
  if (scanner.kind() !== 'object') throw invalidIndex('is no JSON object');
  scanner.object((key) => {
    if (key === 'weight_map') fileOf = readWeightMap(scanner);
    else scanner.skip();
  });
  scanner.end();
  if (!fileOf) throw invalidIndex('has no weight_map');
  if (fileOf.size === 0) throw invalidIndex('lists no tensors');
  return fileOf;
}

function readWeightMap(scanner: JsonScanner): Map<string, string> {
  const fileOf = new Map<string, string>();
  if (scanner.kind() !== 'object') throw invalidIndex('has a weight_map that is no object');
  scanner.object((tensor) => {
    if (scanner.kind() !== 'string') throw invalidIndex(`gives no file name for tensor '${tensor}'`);
    const file = scanner.string();
    if (!SHARD_NAME.test(file) || file.includes('..')) {
      throw new SafetensorsError(
        'UNSAFE_SHARD_NAME',
        `${INDEX} puts tensor '${tensor}' into ${JSON.stringify(file)}; a shard is a plain *.safetensors file name beside the index, without path or '..'.`,
      );
    }
    fileOf.set(tensor, file);
  });
  return fileOf;
}

/** Index and shards must agree both ways: every listed tensor in its shard, and no tensor that is not listed. */
function resolve(
  fileOf: ReadonlyMap<string, string>,
  shards: ReadonlyMap<string, SafetensorsReader>,
): Map<string, SafetensorsReader> {
  const shardOf = new Map<string, SafetensorsReader>();
  for (const [tensor, file] of fileOf) {
    const shard = shards.get(file)!;
    if (!shard.has(tensor)) throw mismatch(`lists tensor '${tensor}' in ${file}, which does not have it`);
    shardOf.set(tensor, shard);
  }
  for (const [file, shard] of shards) {
    const stray = shard.names().find((tensor) => fileOf.get(tensor) !== file);
    if (stray !== undefined) throw mismatch(`does not list tensor '${stray}' in ${file}, which has it`);
  }
  return shardOf;
}

async function closeAll(shards: ReadonlyMap<string, SafetensorsReader>): Promise<void> {
  await Promise.all([...shards.values()].map((shard) => shard.close()));
}

function invalidIndex(fault: string): SafetensorsError {
  return new SafetensorsError('INVALID_INDEX', `${INDEX} ${fault}; it is {"weight_map": {tensor: file}}.`);
}

function mismatch(fault: string): SafetensorsError {
  return new SafetensorsError(
    'INDEX_MISMATCH',
    `${INDEX} ${fault}. The files are not of one set: fetch all of them again.`,
  );
}
