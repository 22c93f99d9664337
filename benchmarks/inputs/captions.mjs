// SPDX-License-Identifier: Apache-2.0
/** Captions for tokenizers, made of the words in CLIP's vocabulary: frequent ones often, as in Zipf's law. */
import { readFile, writeFile } from 'node:fs/promises';
import { PATHS } from './paths.mjs';
import { seededRandom } from './random.mjs';
import { clipVocabulary } from './vocabulary.mjs';

const COUNT = 100_000;
const [SHORTEST, LONGEST] = [5, 16]; // words
const SHARE_OF_COMPOUNDS = 0.1; // words that take several tokens

export async function writeCaptions(file) {
  const { vocab } = await clipVocabulary();
  // Merges come by frequency, so a word's place is its rank.
  const words = [...vocab.keys()]
    .filter((token) => /^[a-z]+<\/w>$/.test(token))
    .map((token) => token.slice(0, -4));
  const random = seededRandom(3);
  const word = () => words[Math.floor(words.length ** random()) - 1];
  const anyWord = () => (random() < SHARE_OF_COMPOUNDS ? word() + word() : word());
  const caption = () => {
    const length = SHORTEST + Math.floor(random() * (LONGEST - SHORTEST));
    const text = Array.from({ length }, anyWord).join(' ');
    return `${text[0].toUpperCase()}${text.slice(1)}${random() < 0.5 ? '.' : ''}`;
  };
  await writeFile(file, JSON.stringify(Array.from({ length: COUNT }, caption)));
}

/** The n-th slice of `count` captions; after the last comes the first. */
export async function captionSlices(count) {
  const captions = JSON.parse(await readFile(PATHS.captions, 'utf8'));
  const slices = Math.floor(captions.length / count);
  return (n) => captions.slice((n % slices) * count, ((n % slices) + 1) * count);
}
