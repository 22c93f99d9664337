// SPDX-License-Identifier: Apache-2.0
/** What is converted or inspected: anything that fromPretrained takes, or a single file of weights. */
import { SafetensorsError } from '@tfjs-clip/safetensors';
import {
  CheckpointNotFoundError,
  UnwritableTensorError,
  WeightsConverterError,
} from '@tfjs-clip/weights-converter';
import { localFiles } from '#platform';
import { CheckpointError, InvalidArgumentError, ModelNotFoundError } from '../errors.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';

const PATH = /^(.*[\\/])?([^\\/]+)$/;
/** An index is followed to its shards under its own name only. */
const INDEX = /\.index\.json$/;

export async function openSource(
  idOrPath: string | URL,
  options: PretrainedOptions = {},
): Promise<ModelFiles> {
  const [, folder = './', file] = PATH.exec(String(idOrPath)) ?? [];
  if (file === undefined || (await localFiles.kindOf(idOrPath)) !== 'file') {
    return resolveModelFiles(idOrPath, options);
  }
  const files = await resolveModelFiles(folder, options);
  return singleFile({ ...files, name: String(idOrPath) }, file);
}

/** What the converter throws, as the errors of this package. */
export function asModelError(error: unknown, name: string): unknown {
  if (error instanceof CheckpointNotFoundError) {
    return new ModelNotFoundError(
      `${name} holds no weights: there is no model.safetensors, pytorch_model.bin, tf_model.h5 or flax_model.msgpack, whole ` +
        'or in shards. Weights of another name are found by naming their file instead of its folder.',
      { cause: error },
    );
  }
  if (error instanceof UnwritableTensorError)
    return new InvalidArgumentError(error.message, { cause: error });
  if (!(error instanceof WeightsConverterError || error instanceof SafetensorsError)) return error;
  return new CheckpointError(error.message, { cause: error });
}

/** The folder's files, of whose weights there is only `file`: formats are told by content, so any usual name will do. */
function singleFile(files: ModelFiles, file: string): ModelFiles {
  const usual = INDEX.test(file)
    ? file
    : file.endsWith('.safetensors')
      ? 'model.safetensors'
      : 'pytorch_model.bin';
  return {
    ...files,
    read: async (name) => (INDEX.test(name) && name !== file ? null : files.read(name)),
    open: async (name) => {
      if (INDEX.test(file)) return files.open(name);
      return name === usual ? files.open(file) : null;
    },
  };
}
