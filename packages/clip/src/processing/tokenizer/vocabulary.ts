// SPDX-License-Identifier: Apache-2.0
/** The tokens, their ids and the merges that make them, checked where they come in: they may be a stranger's. */
import { ConfigurationError } from '../../errors.js';
import { byteCharacters } from './byteLevel.js';

export const END_OF_WORD = '</w>';

/** The heap of bpe.ts packs a rank and a position into one exact number. */
const MOST_MERGES = 2 ** 21;
const LARGEST_ID = 2 ** 31 - 1;
const NONE = -1;

export class Vocabulary {
  readonly tokens: ReadonlyMap<number, string>;
  readonly merges: MergeRanks;
  /** The token that the merge of each rank makes. */
  readonly mergedIds: readonly number[];
  /** The token of each byte within a word, and at its end; -1 where the vocabulary lacks it. */
  readonly byteIds: Int32Array;
  readonly finalByteIds: Int32Array;

  /** @param mergeList pairs of tokens, the first to be merged first */
  constructor(
    readonly ids: ReadonlyMap<string, number>,
    readonly mergeList: readonly (readonly [string, string])[],
  ) {
    this.tokens = invert(ids);
    this.byteIds = Int32Array.from(byteCharacters, (character) => ids.get(character) ?? NONE);
    this.finalByteIds = Int32Array.from(byteCharacters, (c) => ids.get(c + END_OF_WORD) ?? NONE);
    if (mergeList.length > MOST_MERGES) {
      throw new ConfigurationError(
        `There are ${mergeList.length} merges; at most ${MOST_MERGES} are accepted.`,
      );
    }
    const merged = mergeList.map(([left, right], rank) => {
      const [a, b, joined] = [left, right, left + right].map((token) => this.idInMerge(token, rank));
      return { a, b, joined };
    });
    this.mergedIds = merged.map(({ joined }) => joined);
    this.merges = new MergeRanks(merged);
  }

  private idInMerge(token: string, rank: number): number {
    const id = this.ids.get(token);
    if (id !== undefined) return id;
    const [left, right] = this.mergeList[rank];
    throw new ConfigurationError(
      `Merge ${rank + 1}, '${left}' with '${right}', needs the token '${token}', which is not in the vocabulary.`,
    );
  }
}

/** From a pair of token ids to the rank of their merge. */
class MergeRanks {
  private readonly ranks: Map<number, number>;
  private readonly factor: number;

  constructor(pairs: readonly { a: number; b: number }[]) {
    let largest = 0;
    for (const { a, b } of pairs) largest = Math.max(largest, a, b);
    this.factor = largest + 1;
    this.ranks = new Map(pairs.map(({ a, b }, rank) => [a * this.factor + b, rank]));
  }

  rank(a: number, b: number): number | undefined {
    // An id beyond the factor occurs in no merge; it would be taken for another pair.
    return b < this.factor ? this.ranks.get(a * this.factor + b) : undefined;
  }
}

/** @throws ConfigurationError unless `vocab` maps tokens to different ids */
export function readVocab(vocab: unknown, where: string): Map<string, number> {
  const entries =
    vocab instanceof Map ? [...vocab] : isRecord(vocab) ? Object.entries(vocab) : refuseVocab(where);
  const ids = new Map<string, number>();
  for (const [token, id] of entries) {
    if (typeof token !== 'string' || !isTokenId(id)) {
      throw new ConfigurationError(
        `${where} gives the token '${token}' the id ${JSON.stringify(id)}; an id is a whole number from 0 to ${LARGEST_ID}.`,
      );
    }
    ids.set(token, id);
  }
  if (ids.size === 0) throw new ConfigurationError(`${where} holds no tokens.`);
  return ids;
}

/** @throws ConfigurationError unless `merges` is a list of `'a b'` or `['a', 'b']` */
export function readMerges(merges: unknown, where: string): [string, string][] {
  if (!Array.isArray(merges)) {
    throw new ConfigurationError(`${where} must be a list of merges such as 'a b</w>'.`);
  }
  return merges.map((merge: unknown, i) => {
    const pair = typeof merge === 'string' ? merge.split(' ') : merge;
    const complete = Array.isArray(pair) && pair.length === 2;
    if (complete && pair.every((part) => typeof part === 'string' && part !== '')) {
      return pair as [string, string];
    }
    throw new ConfigurationError(
      `Merge ${i + 1} of ${where} is ${JSON.stringify(merge)}, but must be two tokens, such as 'a b</w>'.`,
    );
  });
}

/** The merges of a merges.txt: one a line, after an optional `#version` line. */
export function parseMerges(text: string, where: string): [string, string][] {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return readMerges(
    lines.filter((line) => !line.startsWith('#version')),
    where,
  );
}

export function isTokenId(id: unknown): id is number {
  return Number.isSafeInteger(id) && (id as number) >= 0 && (id as number) <= LARGEST_ID;
}

function invert(ids: ReadonlyMap<string, number>): Map<number, string> {
  const tokens = new Map<number, string>();
  for (const [token, id] of ids) {
    const other = tokens.get(id);
    if (other !== undefined) {
      throw new ConfigurationError(`The tokens '${other}' and '${token}' have the same id, ${id}.`);
    }
    tokens.set(id, token);
  }
  return tokens;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseVocab(where: string): never {
  throw new ConfigurationError(`${where} must be an object that maps tokens to ids, such as {"a</w>": 320}.`);
}
