// SPDX-License-Identifier: Apache-2.0
/**
 * A checkpoint split into files of a limited size, by the rule of huggingface_hub and transformers: tensors in their order,
 * a new file where the next one would pass the limit, and a file of its own for a tensor that passes it alone.
 * huggingface_hub/serialization/_base.py, `split_state_dict_into_shards_factory`.
 */
import { DTYPES, type WritableTensor } from '@tfjs-clip/safetensors';
import { elementCount } from './bytes.js';
import { UnwritableTensorError } from './errors.js';
import { ownerOf } from './quantizedFiles.js';

export interface Shard {
  file: string;
  tensors: WritableTensor[];
}

export interface ShardPlan {
  /** One, named `model.safetensors`, where everything fits. */
  shards: Shard[];
  /** The content of model.safetensors.index.json; null where there is one file. */
  index: string | null;
}

/** What an earlier save may have left of weights in safetensors files. */
export const SHARD_FILE = /^model(?:-\d{5}-of-\d{5})?\.safetensors(?:\.index\.json)?$/;
const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 };

/**
 * @param maxShardSize bytes, or text such as '5GB', in powers of ten as Python counts
 * @throws UnwritableTensorError for what is no size
 */
export function planShards(
  tensors: Iterable<WritableTensor>,
  maxShardSize: number | string = Number.POSITIVE_INFINITY,
): ShardPlan {
  const limit = bytesOf(maxShardSize);
  const shards: WritableTensor[][] = [];
  let current: WritableTensor[] = [];
  let currentSize = 0;
  for (const unit of unitsOf(tensors)) {
    const size = sizeOf(unit);
    if (size > limit) {
      shards.push(unit);
      continue;
    }
    if (currentSize + size > limit) {
      shards.push(current);
      [current, currentSize] = [[], 0];
    }
    current.push(...unit);
    currentSize += size;
  }
  if (current.length > 0) shards.push(current);
  return named(shards);
}

/** A quantized weight and its scales stay in one file. */
function unitsOf(tensors: Iterable<WritableTensor>): WritableTensor[][] {
  const units = new Map<string, WritableTensor[]>();
  for (const tensor of tensors) {
    const owner = ownerOf(tensor.name);
    const unit = units.get(owner);
    if (unit) unit.push(tensor);
    else units.set(owner, [tensor]);
  }
  return [...units.values()];
}

function named(shards: WritableTensor[][]): ShardPlan {
  if (shards.length <= 1) {
    return { shards: [{ file: 'model.safetensors', tensors: shards[0] ?? [] }], index: null };
  }
  const digits = (n: number) => String(n).padStart(5, '0');
  const files = shards.map((tensors, i) => ({
    file: `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`,
    tensors,
  }));
  return { shards: files, index: indexOf(files) };
}

/** As Python's json.dumps with sorted keys and an indent of 2 writes it. */
function indexOf(shards: readonly Shard[]): string {
  const pairs = shards.flatMap(({ file, tensors }) =>
    tensors.map(({ name }): [string, string] => [name, file]),
  );
  pairs.sort(([a], [b]) => (a < b ? -1 : 1));
  const all = shards.flatMap(({ tensors }) => tensors);
  const metadata = {
    total_parameters: all.reduce((sum, { shape }) => sum + elementCount(shape)!, 0),
    total_size: sizeOf(all),
  };
  return `${JSON.stringify({ metadata, weight_map: Object.fromEntries(pairs) }, null, 2)}\n`;
}

function sizeOf(tensors: readonly WritableTensor[]): number {
  return tensors.reduce((sum, { dtype, shape }) => sum + (elementCount(shape)! * DTYPES[dtype].bits) / 8, 0);
}

/** Of a maxShardSize. @throws UnwritableTensorError for what is no size */
export function bytesOf(size: number | string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)\s*([KMGT]?B)$/i.exec(String(size)) ?? [];
  const bytes = typeof size === 'number' ? size : Math.floor(Number(digits) * UNITS[unit?.toUpperCase()]);
  if (bytes > 0) return bytes;
  throw new UnwritableTensorError(
    `maxShardSize ${JSON.stringify(size)} is no size: give bytes, or a text such as '500MB' or '5GB'.`,
  );
}
