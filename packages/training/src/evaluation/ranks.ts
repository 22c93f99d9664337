// SPDX-License-Identifier: Apache-2.0
/**
 * Where the right candidates of a query stand when all are ordered by score. Every metric is computed from that.
 *
 * A tie counts against the model: of equal scores the wrong candidates stand first, and a score that is not a number is worth
 * nothing if right and beats all if wrong. A model that says the same of everything finds nothing.
 */

/** From 1, ascending: one for each right candidate of a query. */
export type Ranks = Int32Array;

/**
 * @param scores of all candidates
 * @param right the indices of those that answer the query, each once
 */
export function ranksOf(scores: ArrayLike<number>, right: readonly number[]): Ranks {
  const descending = right.map((candidate) => scores[candidate]).map(orNothing);
  descending.sort((a, b) => b - a);
  const wrongBefore = new Int32Array(right.length + 1); // Those that stand before this one, and behind the one before it.
  for (let i = 0; i < scores.length; i++) wrongBefore[placeOf(scores[i], descending)]++;
  for (const candidate of right) wrongBefore[placeOf(scores[candidate], descending)]--;
  let wrong = 0;
  return Int32Array.from(right, (_, i) => {
    wrong += wrongBefore[i];
    return i + 1 + wrong;
  });
}

/** The first of the right scores that is not above `score`: from the end, as most candidates are below all of them. */
function placeOf(score: number, descending: readonly number[]): number {
  let place = descending.length;
  while (place > 0 && !(score < descending[place - 1])) place--;
  return place;
}

function orNothing(score: number): number {
  return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
}
