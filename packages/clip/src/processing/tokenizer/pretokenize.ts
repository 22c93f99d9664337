// SPDX-License-Identifier: Apache-2.0
/** Text into words: contractions, runs of letters, single digits, runs of anything else; white space falls away. */

const CONTRACTIONS = "'s|'t|'re|'ve|'m|'ll|'d";
const HF_WORDS = new RegExp(
  String.raw`<\|startoftext\|>|<\|endoftext\|>|${CONTRACTIONS}|\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}]+`,
  'gu',
);
const MARKERS = new Set(['<|startoftext|>', '<|endoftext|>']);

export type Word = [text: string, start: number];

/** The words of a text as Hugging Face's tokenizers split them, and where they start. */
export function* splitWords(text: string): Generator<Word> {
  for (const { 0: word, index } of text.matchAll(HF_WORDS)) {
    if (MARKERS.has(word)) yield* splitMarker(word, index);
    else yield [word, index];
  }
}

/** A marker that was not cut out as a special token, because it stood there in capitals, is three words. */
function splitMarker(marker: string, start: number): Word[] {
  return [
    ['<|', start],
    [marker.slice(2, -2), start + 2],
    ['|>', start + marker.length - 2],
  ];
}

/**
 * OpenAI's pattern, which ignores case; `specialTokens` are words of their own wherever it comes upon one.
 *
 * Its text is lower case already, so that all there is to ignore is that s and the long s have one capital. By the same
 * rule Python's regex takes U+0345, a mark with a letter for a capital, for neither a letter nor anything else.
 */
export function openaiPattern(specialTokens: Iterable<string>): RegExp {
  const anyS = (pattern: string) => pattern.toLowerCase().replaceAll('s', '[sſ]');
  const words = String.raw`\p{L}+|\p{N}|[^\p{White_Space}\p{L}\p{N}\u0345]+`;
  const literals = Array.from(specialTokens, (token) => anyS(escapePattern(token)));
  return new RegExp([...literals, anyS(CONTRACTIONS), words].join('|'), 'gu');
}

export function escapePattern(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
