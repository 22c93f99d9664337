// SPDX-License-Identifier: Apache-2.0
/** CLIP's own vocabulary, from the merges that the tests keep. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';

const MERGES = new URL('../../test/fixtures/tokenizer/clip-merges.txt.gz', import.meta.url);

/** 49408 tokens: bytes, bytes at the end of a word, what the merges make, two special ones. */
export async function clipVocabulary() {
  const text = gunzipSync(await readFile(MERGES)).toString();
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

function range(from, to) {
  return Array.from({ length: to - from }, (_, i) => from + i);
}
