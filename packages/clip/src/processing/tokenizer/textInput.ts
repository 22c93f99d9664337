// SPDX-License-Identifier: Apache-2.0
/** The texts of a call, however they are given. */
import { InvalidArgumentError } from '../../errors.js';
import type { CallOptions, TextInput } from './callOptions.js';

/** A text's parts: one, or its words if it was split already. */
export type TextParts = readonly string[];

export interface TextBatch {
  /** Whether a list was given, rather than one text. */
  isBatched: boolean;
  texts: TextParts[];
  /** null for a text that comes alone. */
  pairs: (TextParts | null)[];
}

/** @throws InvalidArgumentError for what is not text, or if the pairs do not match */
export function readTexts(text: TextInput, { textPair, isSplitIntoWords = false }: CallOptions): TextBatch {
  const isBatched = isBatch(text, isSplitIntoWords);
  const texts = readList(text, 'text', isBatched, isSplitIntoWords);
  if (textPair === undefined) return { isBatched, texts, pairs: texts.map(() => null) };
  const pairs = readList(textPair, 'textPair', isBatched, isSplitIntoWords);
  if (pairs.length !== texts.length) {
    throw new InvalidArgumentError(
      `There are ${texts.length} texts, but ${pairs.length} in textPair; each text needs its own.`,
    );
  }
  // An empty second text is none, but in a list it holds its place: the rule of transformers.
  return { isBatched, texts, pairs: isBatched || textPair.length > 0 ? pairs : [null] };
}

function readList(input: TextInput, name: string, isBatched: boolean, isSplit: boolean): TextParts[] {
  if (isBatched !== isBatch(input, isSplit)) {
    throw new InvalidArgumentError(
      `${name} must be ${isBatched ? 'a list, as text is' : 'one text, as text is'}.`,
    );
  }
  const texts = (isBatched ? input : [input]) as readonly (string | TextParts)[];
  return texts.map((text) => readText(text, name, isSplit));
}

function isBatch(input: TextInput, isSplit: boolean): boolean {
  return Array.isArray(input) && (!isSplit || Array.isArray(input[0]));
}

function readText(text: unknown, name: string, isSplit: boolean): TextParts {
  if (!isSplit && typeof text === 'string') return [text];
  if (isSplit && Array.isArray(text) && text.every((word) => typeof word === 'string')) return text;
  throw new InvalidArgumentError(
    isSplit
      ? `With isSplitIntoWords, ${name} must be a list of words or several such lists, got ${describe(text)}.`
      : `${name} must be a string or a list of strings, got ${describe(text)}.`,
  );
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
