// SPDX-License-Identifier: Apache-2.0
/** A model into a folder that transformers opens: config.json, and the weights in one file or in shards. */
import { saveSafetensors } from '@tfjs-clip/safetensors';
import {
  type CheckpointFolder,
  type NamedTensor,
  type SaveOptions,
  saveCheckpoint,
  UnwritableTensorError,
} from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import type { JSONObject } from '../configuration/fields.js';
import { InvalidArgumentError } from '../errors.js';
import { saveFiles } from './saveFiles.js';

export interface SavePretrainedOptions {
  /** What the numbers are stored as. Default 'F32'. */
  dtype?: StoredFloat;
  /** Stores the weights of linear layers as integers, which this library reads and Python does not. Default: no. */
  quantization?: SaveOptions['quantization'];
  /** Weights that take more are split into files of at most this size: bytes, or text such as '5GB'. Default: one file. */
  maxShardSize?: number | string;
}

export type StoredFloat = 'F32' | 'F16' | 'BF16';

const PYTHON_TYPES: Readonly<Record<StoredFloat, string>> = {
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
};
const QUANTIZED_TYPES: readonly unknown[] = ['int8', 'int4'];
/** What Python has as floats: JSON.stringify writes 1.0 as 1, and transformers refuses an integer there. */
const FLOATS = 'layer_norm_eps|attention_dropout|initializer_range|initializer_factor|logit_scale_init_value';
const WHOLE_FLOATS = new RegExp(`^( *"(?:${FLOATS})": -?\\d+)(,?)$`, 'gm');

/**
 * Writes each file whole or not at all, config.json last: until then, what an earlier save left in the folder is found.
 *
 * @param tensors in our layout, under Hugging Face's names
 * @throws InvalidArgumentError for an option that has no meaning, before anything is written
 */
export async function saveModel(
  directory: string,
  config: JSONObject,
  tensors: Iterable<NamedTensor>,
  options: SavePretrainedOptions = {},
): Promise<void> {
  const { dtype = 'F32', quantization } = options;
  checkTypes(dtype, quantization?.type);
  await localFiles.makeFolder(directory);
  try {
    await saveCheckpoint(checkpointFolder(directory), tensors, options);
  } catch (error) {
    if (!(error instanceof UnwritableTensorError)) throw error;
    throw new InvalidArgumentError(error.message, { cause: error });
  }
  const json = JSON.stringify(describe(config, dtype, quantization), null, 2);
  await saveFiles(directory, { 'config.json': `${json.replace(WHOLE_FLOATS, '$1.0$2')}\n` });
}

/** What stood there of types is of the weights that were loaded; `torch_dtype` is the older name of `dtype`. */
function describe(
  { torch_dtype, quantization_config, ...config }: JSONObject,
  dtype: StoredFloat,
  quantization: SavePretrainedOptions['quantization'],
): JSONObject {
  const described = { ...config, dtype: PYTHON_TYPES[dtype] };
  // transformers would take integers for weights; without a quant_method here it refuses to load.
  return quantization ? { ...described, quantization_config: quantization } : described;
}

/** @throws InvalidArgumentError for a type that weights are not stored as */
export function checkTypes(dtype: unknown, quantized: unknown): void {
  if (!Object.hasOwn(PYTHON_TYPES, String(dtype))) {
    throw new InvalidArgumentError(
      `dtype ${JSON.stringify(dtype)} is none that weights are saved as; there are 'F32', 'F16' and 'BF16'.`,
    );
  }
  if (quantized === undefined || QUANTIZED_TYPES.includes(quantized)) return;
  throw new InvalidArgumentError(
    `quantization.type ${JSON.stringify(quantized)} is not known; there are 'int8' and 'int4'.`,
  );
}

function checkpointFolder(directory: string): CheckpointFolder {
  const at = (file: string) => localFiles.join(directory, file);
  return {
    list: () => localFiles.list(directory),
    writeText: (file, text) => localFiles.replace(at(file), text),
    writeTensors: (file, tensors, metadata) => saveSafetensors(at(file), tensors, metadata),
    remove: (file) => localFiles.removeFile(at(file)),
  };
}
