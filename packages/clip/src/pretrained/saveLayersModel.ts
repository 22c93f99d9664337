// SPDX-License-Identifier: Apache-2.0
/**
 * A tf.LayersModel into a folder, as tf.loadLayersModel opens it: model.json and the weights in shards. What `save('file://…')`
 * of tfjs-node does, without tfjs-node, and with one weight and one shard in memory at a time.
 */
import * as tf from '@tensorflow/tfjs';
import { castFloat32 } from '@tfjs-clip/safetensors';
import { bytesOf } from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import { InvalidArgumentError } from '../errors.js';

export interface SaveLayersModelOptions {
  /** What the numbers are stored as; tfjs computes in float32 either way. Default 'F32'. */
  dtype?: 'F32' | 'F16';
  /** Of a file of weights: bytes, or text such as '50MB'. Default 4 MiB, as tfjs's converter has it, which browsers cache. */
  maxShardSize?: number | string;
}

const SHARD_FILE = /^group1-shard\d+of\d+\.bin$/;
const BYTES = { F32: 4, F16: 2 };

/**
 * Writes each file whole or not at all, model.json last, and then removes shards of an earlier save.
 *
 * @throws InvalidArgumentError for an option that has no meaning, and in browsers, which have no folders
 */
export async function saveLayersModel(
  directory: string,
  model: tf.LayersModel,
  { dtype = 'F32', maxShardSize = 4 * 2 ** 20 }: SaveLayersModelOptions = {},
): Promise<void> {
  checkType(dtype);
  const shardSize = shardBytes(maxShardSize);
  await localFiles.makeFolder(directory);
  const size = model.countParams() * BYTES[dtype];
  const count = Math.max(1, Math.ceil(size / shardSize));
  const paths = Array.from({ length: count }, (_, i) => `group1-shard${i + 1}of${count}.bin`);
  let written = 0;
  for await (const shard of inShards(valuesOf(model.weights, dtype), shardSize)) {
    await localFiles.replace(localFiles.join(directory, paths[written++]), shard);
  }
  await localFiles.replace(localFiles.join(directory, 'model.json'), modelJSON(model, dtype, paths));
  for (const file of await localFiles.list(directory)) {
    if (SHARD_FILE.test(file) && !paths.includes(file)) {
      await localFiles.removeFile(localFiles.join(directory, file));
    }
  }
}

function modelJSON(model: tf.LayersModel, dtype: 'F32' | 'F16', paths: string[]): string {
  const stored = dtype === 'F16' && { quantization: { dtype: 'float16', original_dtype: 'float32' } };
  const weights = model.weights.map(({ originalName: name, shape }) => ({
    name,
    shape,
    dtype: 'float32',
    ...stored,
  }));
  return JSON.stringify({
    format: 'layers-model',
    generatedBy: `TensorFlow.js tfjs-layers v${tf.version_layers}`,
    convertedBy: null,
    modelTopology: model.toJSON(null, false),
    weightsManifest: [{ paths, weights }],
  });
}

async function* valuesOf(
  weights: readonly tf.LayerVariable[],
  dtype: 'F32' | 'F16',
): AsyncGenerator<Uint8Array> {
  for (const weight of weights) {
    const { buffer, byteOffset, byteLength } = castFloat32(
      (await weight.read().data()) as Float32Array,
      dtype,
    );
    yield new Uint8Array(buffer, byteOffset, byteLength);
  }
}

/** The bytes one after another, cut at every `size`. */
async function* inShards(chunks: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let room = size;
  for await (let chunk of chunks) {
    while (chunk.length >= room) {
      yield concatenate([...parts, chunk.subarray(0, room)]);
      chunk = chunk.subarray(room);
      [parts, room] = [[], size];
    }
    if (chunk.length > 0) parts.push(chunk);
    room -= chunk.length;
  }
  if (parts.length > 0) yield concatenate(parts);
}

function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0];
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function checkType(dtype: unknown): void {
  if (dtype === 'F32' || dtype === 'F16') return;
  throw new InvalidArgumentError(
    `dtype ${JSON.stringify(dtype)} is none that a LayersModel is saved as; there are 'F32' and 'F16'.`,
  );
}

function shardBytes(maxShardSize: number | string): number {
  try {
    return Math.ceil(bytesOf(maxShardSize));
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message, { cause: error });
  }
}
