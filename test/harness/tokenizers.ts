// SPDX-License-Identifier: Apache-2.0
/** CLIP's own vocabulary and the tokenizer fixtures, as test/python/make_tokenizer.py wrote them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';

const FIXTURES = path.resolve(__dirname, '../fixtures/tokenizer');

/** The folder of the emoji-clip checkpoint, whose vocabulary is small. */
export const EMOJI_CLIP = path.resolve(__dirname, '../../packages/emoji-clip');

/** CLIP's 49408 tokens: bytes, bytes at the end of a word, what the merges make, two special ones. */
export function clipVocabulary(): { vocab: Map<string, number>; merges: string[] } {
  const text = gunzipSync(readFileSync(path.join(FIXTURES, 'clip-merges.txt.gz'))).toString();
  const merges = text.trimEnd().split('\n').slice(1);
  const printable = [...range(0x21, 0x7f), ...range(0xa1, 0xad), ...range(0xae, 0x100)];
  const characters = String.fromCharCode(...printable, ...range(0x100, 0x100 + 256 - printable.length));
  const tokens = [
    ...characters,
    ...Array.from(characters, (character) => `${character}</w>`),
    ...merges.map((merge) => merge.replace(' ', '')),
    '<|startoftext|>',
    '<|endoftext|>',
  ];
  return { vocab: new Map(tokens.map((token, id) => [token, id])), merges };
}

/** The rows of a fixture; its `columns` say what is in each. */
export function tokenizerFixture<Row>(name: string): { rows: Row[] } & Record<string, unknown> {
  return JSON.parse(readFileSync(path.join(FIXTURES, `${name}.json`), 'utf8'));
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
