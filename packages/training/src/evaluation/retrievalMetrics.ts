// SPDX-License-Identifier: Apache-2.0
/** What is said of a search: functions of the ranks of each query's right candidates. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { Ranks } from './ranks.js';

export interface RetrievalMetrics {
  queries: number;
  candidates: number;
  /** By k: of the queries, those with a right candidate among the first k. */
  recallAt: Readonly<Record<number, number>>;
  /** By k: of a query's right candidates, those among the first k. As `recallAt` where each query has one. */
  recallOfAllAt: Readonly<Record<number, number>>;
  meanReciprocalRank: number;
  meanAveragePrecision: number;
  /** Normalised discounted cumulative gain. */
  ndcg: number;
  /** Of the first right candidate, from 1. */
  meanRank: number;
  medianRank: number;
}

export const RECALL_AT = [1, 5, 10] as const;

/** @throws InvalidArgumentError where there is no query */
export function retrievalMetrics(
  ranks: readonly Ranks[],
  candidates: number,
  recallAt: readonly number[] = RECALL_AT,
): RetrievalMetrics {
  if (ranks.length === 0) throw new InvalidArgumentError('There are no queries to evaluate.');
  return {
    queries: ranks.length,
    candidates,
    recallAt: Object.fromEntries(recallAt.map((k) => [k, recallAtK(ranks, k)])),
    recallOfAllAt: Object.fromEntries(recallAt.map((k) => [k, recallOfAllAtK(ranks, k)])),
    meanReciprocalRank: meanReciprocalRank(ranks),
    meanAveragePrecision: meanAveragePrecision(ranks),
    ndcg: ndcg(ranks),
    meanRank: meanRank(ranks),
    medianRank: medianRank(ranks),
  };
}

/** The share of queries that have a right candidate among the first k: R@k as CLIP's paper and COCO's tables have it. */
export function recallAtK(ranks: readonly Ranks[], k: number): number {
  return mean(ranks, ([first]) => (first <= k ? 1 : 0));
}

/** The mean, over queries, of the share of their right candidates that is among the first k. */
export function recallOfAllAtK(ranks: readonly Ranks[], k: number): number {
  return mean(ranks, (ofQuery) => ofQuery.filter((rank) => rank <= k).length / ofQuery.length);
}

/** mean(1 / rank of the first right candidate) */
export function meanReciprocalRank(ranks: readonly Ranks[]): number {
  return mean(ranks, ([first]) => 1 / first);
}

/** mean over queries of mean over their right candidates of (right ones up to it / its rank) */
export function meanAveragePrecision(ranks: readonly Ranks[]): number {
  return mean(ranks, (ofQuery) => sum(ofQuery, (rank, i) => (i + 1) / rank) / ofQuery.length);
}

/** mean over queries of Σ 1 / log₂(1 + rank), divided by the sum if the right candidates came first. Järvelin & Kekäläinen 2002. */
export function ndcg(ranks: readonly Ranks[]): number {
  const gain = (rank: number) => 1 / Math.log2(1 + rank);
  return mean(ranks, (ofQuery) => sum(ofQuery, gain) / sum(ofQuery, (_, i) => gain(i + 1)));
}

/** Of the first right candidate of each query. */
export function meanRank(ranks: readonly Ranks[]): number {
  return mean(ranks, ([first]) => first);
}

/** Of the first right candidate of each query; between the two in the middle where their number is even. */
export function medianRank(ranks: readonly Ranks[]): number {
  const ascending = Int32Array.from(ranks, ([first]) => first).sort();
  const half = Math.floor(ascending.length / 2);
  return ascending.length % 2 === 1 ? ascending[half] : (ascending[half - 1] + ascending[half]) / 2;
}

function mean(ranks: readonly Ranks[], value: (ofQuery: Ranks) => number): number {
  return ranks.reduce((total, ofQuery) => total + value(ofQuery), 0) / ranks.length;
}

function sum(ranks: Ranks, value: (rank: number, i: number) => number): number {
  return ranks.reduce((total, rank, i) => total + value(rank, i), 0);
}
