// SPDX-License-Identifier: Apache-2.0
import { SafetensorsError } from '@tfjs-clip/safetensors';
import {
  CheckpointNotFoundError,
  UnwritableTensorError,
  WeightsConverterError,
} from '@tfjs-clip/weights-converter';
import { CheckpointError, InvalidArgumentError, ModelNotFoundError } from '../errors.js';

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
