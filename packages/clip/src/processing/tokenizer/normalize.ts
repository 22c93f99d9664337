// SPDX-License-Identifier: Apache-2.0
/**
 * Text as the vocabulary was trained on it: NFC, runs of white space as one space, lower case.
 *
 * Unlike `toLowerCase`, Hugging Face's tokenizers lower each character by itself, so that a final Σ becomes σ, not ς.
 * White space is what Unicode says: U+0085 is, U+FEFF is not; `\s` in JavaScript has it the other way round.
 */
const WHITE_SPACE = /\p{White_Space}+/gu;

export function normalize(text: string): string {
  return lowerCase(text.normalize('NFC').replace(WHITE_SPACE, ' '));
}

/** Lower case without a view to where in a word a character stands. */
export function lowerCase(text: string): string {
  return text.replaceAll('Σ', 'σ').toLowerCase();
}
