// SPDX-License-Identifier: Apache-2.0
/** What `CLIPTokenizer.call` accepts, and what its options mean together: the rules of transformers. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../../errors.js';
import type { Offset } from './textEncoder.js';

export type Side = 'left' | 'right';

export interface PadOptions {
  /** true or 'longest': to the longest row; 'max_length': to `maxLength`, or to `modelMaxLength`. */
  padding?: boolean | 'longest' | 'max_length' | 'do_not_pad';
  maxLength?: number;
  padToMultipleOf?: number;
  paddingSide?: Side;
  returnAttentionMask?: boolean;
  /** 'tf': int32 tensors [rows, tokens]; otherwise lists of numbers. */
  returnTensors?: 'tf';
}

export interface CallOptions extends PadOptions {
  /** Second texts, of the same number as the first ones. */
  textPair?: TextInput;
  /** Default true. */
  addSpecialTokens?: boolean;
  /**
   * true or 'longest_first': cut to `maxLength`, or to `modelMaxLength`; the others cut only one text of a pair.
   * Given `maxLength` alone, neither padding nor truncation, texts are cut to it.
   */
  truncation?: boolean | 'longest_first' | 'only_first' | 'only_second' | 'do_not_truncate';
  /** How many tokens of the end of a row are repeated in the next, with `returnOverflowingTokens`. Default 0. */
  stride?: number;
  /** A text is a list of words, each tokenized by itself. */
  isSplitIntoWords?: boolean;
  /** Reads special tokens in a text, such as '<|endoftext|>', as ordinary characters. */
  splitSpecialTokens?: boolean;
  returnTokenTypeIds?: boolean;
  returnSpecialTokensMask?: boolean;
  returnOffsetsMapping?: boolean;
  returnLength?: boolean;
  /** What truncation cuts off comes as further rows. */
  returnOverflowingTokens?: boolean;
}

export type TextInput = string | readonly string[] | readonly (readonly string[])[];

/** One list for one text, a list of lists for several, or tensors. */
export interface BatchEncoding<Ids = number[] | number[][] | tf.Tensor2D> {
  inputIds: Ids;
  /** 0 at padding, 1 elsewhere. */
  attentionMask?: Ids;
  tokenTypeIds?: Ids;
  /** 1 at special tokens and padding. */
  specialTokensMask?: Ids;
  /** Where a token stands in its text, in UTF-16 units; [0, 0] for special ones. */
  offsetMapping?: Ids extends tf.Tensor ? tf.Tensor3D : Ids extends number[] ? Offset[] : Offset[][];
  /** Tokens of each row, padding included. */
  length?: Ids extends tf.Tensor ? tf.Tensor1D : number[];
  /** With `returnOverflowingTokens`: the text that each row is from. */
  overflowToSampleMapping?: Ids extends tf.Tensor ? tf.Tensor1D : number[];
}

/** The options of a call, with what follows from each other filled in. */
export interface Settings {
  padTo: 'longest' | number | null;
  padToMultipleOf: number;
  paddingSide: Side;
  truncateTo: number | null;
  truncation: 'longest_first' | 'only_first' | 'only_second';
  truncationSide: Side;
  stride: number;
}

/** Above this, `modelMaxLength` means that the tokenizer's files do not say. */
const UNLIMITED = 1e20;

/** @throws InvalidArgumentError for a value that means nothing, or for values that contradict each other */
export function resolveSettings(
  options: CallOptions,
  defaults: { modelMaxLength: number; paddingSide: Side; truncationSide: Side },
): Settings {
  const { maxLength, padding = false, truncation, stride = 0, padToMultipleOf = 1 } = options;
  checkOptions(options);
  const limit = maxLength ?? (defaults.modelMaxLength > UNLIMITED ? null : defaults.modelMaxLength);
  const cuts = truncation ?? (maxLength !== undefined && padding === false);
  const truncateTo = cuts === false || cuts === 'do_not_truncate' ? null : limit;
  const isPadded = padding !== false && padding !== 'do_not_pad';
  if (truncateTo !== null && isPadded && truncateTo % padToMultipleOf !== 0) {
    throw new InvalidArgumentError(
      `Texts are cut to ${truncateTo} tokens, which is no multiple of padToMultipleOf, ${padToMultipleOf}.`,
    );
  }
  return {
    padTo: !isPadded ? null : padding === 'max_length' ? limit : 'longest',
    padToMultipleOf,
    paddingSide: options.paddingSide ?? defaults.paddingSide,
    truncateTo,
    truncation: typeof cuts === 'string' && cuts !== 'do_not_truncate' ? cuts : 'longest_first',
    truncationSide: defaults.truncationSide,
    stride,
  };
}

function checkOptions(options: CallOptions): void {
  oneOf('padding', options.padding, [true, false, 'longest', 'max_length', 'do_not_pad']);
  const strategies = [true, false, 'longest_first', 'only_first', 'only_second', 'do_not_truncate'];
  oneOf('truncation', options.truncation, strategies);
  oneOf('paddingSide', options.paddingSide, ['left', 'right']);
  oneOf('returnTensors', options.returnTensors, ['tf']);
  wholeNumber('maxLength', options.maxLength, 1);
  wholeNumber('padToMultipleOf', options.padToMultipleOf, 1);
  wholeNumber('stride', options.stride, 0);
}

function oneOf(name: string, value: unknown, accepted: readonly unknown[]): void {
  if (value === undefined || accepted.includes(value)) return;
  const list = accepted.map((each) => JSON.stringify(each)).join(', ');
  throw new InvalidArgumentError(`${name} is ${JSON.stringify(value)}, but must be one of ${list}.`);
}

function wholeNumber(name: string, value: unknown, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && (value as number) >= least)) return;
  throw new InvalidArgumentError(`${name} is ${value}, but must be a whole number of at least ${least}.`);
}
