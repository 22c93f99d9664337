// SPDX-License-Identifier: Apache-2.0
/** Inputs as callers give them, checked and turned into the tensors a tower takes. Called inside a `tf.tidy`. */
import * as tf from '@tensorflow/tfjs';
import type { CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { InvalidArgumentError } from '../errors.js';
import type { TextTensors } from '../layers/textTransformer.js';

/** int32 [batch, sequence], or the same as lists; one list is a batch of one. */
export type TokenInput = tf.Tensor | number[][] | number[];

export interface TextInputs {
  inputIds: TokenInput;
  /** 1 where a token is real, 0 where it is padding; all are real by default. */
  attentionMask?: TokenInput;
  /** 0, 1, 2, … by default. [sequence], [1, sequence] or [batch, sequence]. */
  positionIds?: TokenInput;
}

export interface ImageInputs {
  /** float32 [batch, channels, height, width], as CLIPImageProcessor makes them. */
  pixelValues: tf.Tensor;
}

export function textTensors(inputs: TextInputs, config: CLIPTextConfig): TextTensors {
  if (inputs?.inputIds === undefined) {
    throw new InvalidArgumentError(
      'inputIds is missing; give token ids [batch, sequence], as CLIPTokenizer makes them.',
    );
  }
  const inputIds = tokenTensor(inputs.inputIds, 'inputIds');
  const [batch, sequence] = inputIds.shape;
  const limit = config.maxPositionEmbeddings;
  if (sequence > limit) {
    throw new InvalidArgumentError(
      `inputIds has ${sequence} tokens a text, but this model has positions for ${limit}; tokenize with truncation: true.`,
    );
  }
  checkRange(inputs.inputIds, 'inputIds', config.vocabSize);
  if (inputs.positionIds !== undefined) checkRange(inputs.positionIds, 'positionIds', limit);
  return {
    inputIds,
    attentionMask: like(inputs.attentionMask, 'attentionMask', [batch], sequence),
    positionIds: like(inputs.positionIds, 'positionIds', [batch, 1], sequence),
  };
}

export function pixelTensor(
  inputs: ImageInputs,
  config: CLIPVisionConfig,
  interpolate: boolean,
): tf.Tensor4D {
  const { pixelValues } = inputs ?? {};
  const { numChannels, imageSize, patchSize } = config;
  const accepted = `[batch, ${numChannels}, ${imageSize}, ${imageSize}]`;
  if (!(pixelValues instanceof tf.Tensor)) {
    throw new InvalidArgumentError(
      `pixelValues must be a tensor ${accepted}, as CLIPImageProcessor makes it.`,
    );
  }
  const given = `pixelValues is ${show(pixelValues.shape)}`;
  const [, channels, height, width] = pixelValues.shape;
  if (pixelValues.rank !== 4 || channels !== numChannels) {
    throw new InvalidArgumentError(`${given}, but this model takes ${accepted}: batch first, then channels.`);
  }
  if (interpolate && Math.min(height, width) < patchSize) {
    throw new InvalidArgumentError(`${given}: smaller than one patch of ${patchSize}×${patchSize} pixels.`);
  }
  if (!interpolate && (height !== imageSize || width !== imageSize)) {
    throw new InvalidArgumentError(
      `${given}, but this model takes ${accepted}; resize (CLIPImageProcessor does) or pass interpolatePosEncoding: true.`,
    );
  }
  return tf.cast(pixelValues as tf.Tensor4D, 'float32');
}

function like(input: TokenInput | undefined, name: string, batches: number[], sequence: number) {
  if (input === undefined) return undefined;
  const tensor = tokenTensor(input, name);
  if (batches.includes(tensor.shape[0]) && tensor.shape[1] === sequence) return tensor;
  throw new InvalidArgumentError(
    `${name} is ${show(tensor.shape)}, but inputIds is ${show([batches[0], sequence])}; the two must agree.`,
  );
}

function tokenTensor(input: TokenInput, name: string): tf.Tensor2D {
  const tensor =
    input instanceof tf.Tensor
      ? tf.cast(input, 'int32')
      : tf.tensor(rectangular(input, name), undefined, 'int32');
  const matrix = tensor.rank === 1 ? tf.expandDims(tensor, 0) : tensor;
  if (matrix.rank !== 2 || matrix.size === 0) {
    throw new InvalidArgumentError(
      `${name} is ${show(tensor.shape)}, but must be [batch, sequence] and not empty.`,
    );
  }
  return matrix as tf.Tensor2D;
}

function rectangular(input: number[][] | number[], name: string): number[][] {
  if (!Array.isArray(input)) {
    throw new InvalidArgumentError(`${name} must be a tensor or lists of integers, [batch, sequence].`);
  }
  const rows = (Array.isArray(input[0]) ? input : [input]) as number[][];
  const lengths = [...new Set(rows.map((row) => row?.length))];
  if (lengths.length === 1 && lengths[0] > 0) return rows;
  throw new InvalidArgumentError(
    `${name} has rows of ${lengths.join(', ')} numbers, but must be [batch, sequence]; tokenize with padding: true.`,
  );
}

/** Lists are checked here. Tensors are not: reading them back would stall WebGPU and browsers. */
function checkRange(input: TokenInput, name: string, limit: number): void {
  if (input instanceof tf.Tensor) return;
  const bad = (input.flat() as number[]).find((id) => !Number.isInteger(id) || id < 0 || id >= limit);
  if (bad !== undefined)
    throw new InvalidArgumentError(`${name} holds ${bad}; this model takes 0 to ${limit - 1}.`);
}

function show(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
