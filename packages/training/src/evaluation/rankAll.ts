// SPDX-License-Identifier: Apache-2.0
/** Ranks of many queries among many candidates, some rows of the matrix of scores at a time. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import { type Ranks, ranksOf } from './ranks.js';

/** 16 MB of float32. */
const SCORES_AT_ONCE = 2 ** 22;

export interface RankOptions {
  /** Told after each block how many queries are done. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/**
 * Of dot products, which are cosines of unit vectors.
 *
 * @param queries [queries, size], the caller's as candidates are
 * @param candidates [candidates, size]
 * @param right of each query, the indices of the candidates that answer it: at least one
 * @throws InvalidArgumentError for shapes or indices that do not fit
 */
export async function rankAll(
  queries: tf.Tensor2D,
  candidates: tf.Tensor2D,
  right: readonly (readonly number[])[],
  { onProgress, signal }: RankOptions = {},
): Promise<Ranks[]> {
  check(queries, candidates, right);
  const [count, width] = [queries.shape[0], candidates.shape[0]];
  const rowsAtOnce = Math.max(1, Math.floor(SCORES_AT_ONCE / width));
  const ranks: Ranks[] = [];
  while (ranks.length < count) {
    signal?.throwIfAborted();
    const scores = await scoresOf(queries, candidates, ranks.length, rowsAtOnce);
    for (let from = 0; from < scores.length; from += width) {
      ranks.push(ranksOf(scores.subarray(from, from + width), right[ranks.length]));
    }
    onProgress?.(ranks.length, count);
  }
  return ranks;
}

async function scoresOf(
  queries: tf.Tensor2D,
  candidates: tf.Tensor2D,
  from: number,
  rows: number,
): Promise<Float32Array> {
  const scores = tf.tidy(() => {
    const block = tf.slice(queries, [from, 0], [Math.min(rows, queries.shape[0] - from), -1]);
    return tf.matMul(block, candidates, false, true);
  });
  try {
    return (await scores.data()) as Float32Array;
  } finally {
    scores.dispose();
  }
}

function check(queries: tf.Tensor2D, candidates: tf.Tensor2D, right: readonly (readonly number[])[]): void {
  const [count, size] = queries.shape;
  const [candidateCount, candidateSize] = candidates.shape;
  if (size !== candidateSize || count !== right.length) {
    throw new InvalidArgumentError(
      `queries is [${queries.shape}] and candidates [${candidates.shape}], with the right candidates of ${right.length} ` +
        'queries; vectors must be of one size, and there must be a list for each query.',
    );
  }
  right.forEach((ofQuery, query) => {
    if (ofQuery.length === 0) throw new InvalidArgumentError(`Query ${query} has no right candidate.`);
    const stray = ofQuery.find((index) => !(Number.isInteger(index) && index >= 0 && index < candidateCount));
    if (stray === undefined) return;
    throw new InvalidArgumentError(
      `The right candidate ${stray} of query ${query} is none of 0 to ${candidateCount - 1}.`,
    );
  });
}
