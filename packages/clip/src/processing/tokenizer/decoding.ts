// SPDX-License-Identifier: Apache-2.0
/** From tokens back to text. */
import { InvalidArgumentError } from '../../errors.js';
import { decodeTokens } from './byteLevel.js';
import { strip } from './openai/pythonStrings.js';
import { END_OF_WORD } from './vocabulary.js';

export interface DecodeOptions {
  /** Leaves out '<|startoftext|>' and its like. Default false. */
  skipSpecialTokens?: boolean;
  /** 'hello, world' instead of 'hello , world'; ill suited to text that had such spaces. Default false. */
  cleanUpTokenizationSpaces?: boolean;
}

/** Token ids: a list, or what a tensor's `data()` gives. */
export type TokenIds = ArrayLike<number>;

export function tokensToText(tokens: readonly string[], cleanUpTokenizationSpaces = false): string {
  const text = strip(decodeTokens(tokens).replaceAll(END_OF_WORD, ' '));
  return cleanUpTokenizationSpaces ? cleanUp(text) : text;
}

/** transformers' clean_up_tokenization: no space before punctuation and contractions. */
function cleanUp(text: string): string {
  return text
    .replace(/ ([.?!,])/g, '$1')
    .replaceAll(" ' ", "'")
    .replace(/ (n't|'m|'s|'ve|'re)/g, '$1');
}

/** @throws InvalidArgumentError for what is not a list of ids */
export function readIds(ids: TokenIds): number[] {
  const list = typeof ids === 'object' && ids !== null && 'length' in ids ? Array.from(ids) : [Number.NaN];
  const stranger = list.find((id) => !Number.isInteger(id));
  if (stranger === undefined) return list;
  throw new InvalidArgumentError(
    `Token ids must be a list of whole numbers, such as [320, 1125]; for several lists call batchDecode, for a tensor give its data.`,
  );
}
