// SPDX-License-Identifier: Apache-2.0
/** The zero-shot task: photographs, and what they may show. */
import { PATHS } from './paths.mjs';

export const LABELS = [
  'a temple',
  'a flower',
  'a rocket',
  'a woman',
  'a cat',
  'a dog',
  'coffee',
  'a horse',
  'a car',
  'the sea',
];
export const TEMPLATE = 'This is a photo of {}.';

export function photoFiles(count) {
  return Array.from({ length: count }, (_, i) => `${PATHS.photos}/${i}.jpg`);
}

/** Ranked results of a pipeline as probabilities in the order of the labels, picture by picture. */
export function inLabelOrder(results, labels) {
  return results.flatMap((ranked) => labels.map((label) => ranked.find((row) => row.label === label).score));
}
