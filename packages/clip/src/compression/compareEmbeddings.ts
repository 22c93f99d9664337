// SPDX-License-Identifier: Apache-2.0
/** Two models' embeddings of the same pictures and texts, compared in double precision. */

/** Vectors of pictures and of texts, each of length 1 but for rounding. */
export interface Embeddings {
  images: number[][];
  texts: number[][];
}

export interface Cosines {
  min: number;
  mean: number;
}

/** Of each vector and its fellow at the same place. */
export function cosines(before: readonly number[][], after: readonly number[][]): Cosines {
  const all = before.map((vector, i) => cosine(vector, after[i]));
  return { min: Math.min(...all), mean: all.reduce((sum, value) => sum + value, 0) / all.length };
}

/** The share of the pictures whose nearest text is the same; of texts as near, the first counts. */
export function sameNearest(before: Embeddings, after: Embeddings): number {
  const same = before.images.filter(
    (image, i) => nearest(image, before.texts) === nearest(after.images[i], after.texts),
  );
  return same.length / before.images.length;
}

function nearest(image: readonly number[], texts: readonly number[][]): number {
  const similarities = texts.map((text) => dot(image, text));
  return similarities.indexOf(Math.max(...similarities));
}

function cosine(a: readonly number[], b: readonly number[]): number {
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}
