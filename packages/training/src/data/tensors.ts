// SPDX-License-Identifier: Apache-2.0
/** Loaded records and the captions chosen for them as the tensors of a batch. */
import * as tf from '@tensorflow/tfjs';
import { type CLIPTokenizer, InvalidArgumentError } from 'tfjs-clip';
import type { TrainingBatch } from '../batch.js';
import type { LoadedRecord } from './loading.js';

export interface TextOptions {
  padding: 'longest' | 'max_length';
  maxLength?: number;
}

/** @param captions of each record, at least one */
export function makeBatch(
  loaded: readonly LoadedRecord[],
  captions: readonly (readonly string[])[],
  tokenizer: CLIPTokenizer,
  { padding, maxLength }: TextOptions,
): TrainingBatch {
  const groups = numbered(loaded.map(({ record }) => record.group ?? record.key));
  const groupOfText = captions.flatMap((texts, i) => texts.map(() => groups[i]));
  const pixels = stack(loaded);
  const encoding = tokenizer.call(captions.flat(), {
    padding,
    maxLength,
    truncation: true,
    returnTensors: 'tf',
  });
  return {
    keys: loaded.map(({ record }) => record.key),
    pixelValues: tf.tensor4d(pixels, [loaded.length, ...loaded[0].shape]),
    inputIds: encoding.inputIds,
    attentionMask: encoding.attentionMask!,
    groupOfText: Int32Array.from(groupOfText),
    groupOfImage: Int32Array.from(groups),
  };
}

/** Equal names get equal numbers, the first one 0. */
function numbered(names: readonly string[]): number[] {
  const numbers = new Map<string, number>();
  return names.map((name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}

function stack(loaded: readonly LoadedRecord[]): Float32Array {
  const [first] = loaded;
  const other = loaded.find(({ shape }) => String(shape) !== String(first.shape));
  if (other) {
    throw new InvalidArgumentError(
      `The picture of ${first.record.key} becomes [${first.shape}] and that of ${other.record.key} [${other.shape}]; ` +
        'a batch needs one size. Use an image processor that crops or resizes to a fixed size.',
    );
  }
  const values = new Float32Array(first.pixels.length * loaded.length);
  for (const [i, { pixels }] of loaded.entries()) values.set(pixels, i * pixels.length);
  return values;
}
