// SPDX-License-Identifier: Apache-2.0
/** What is worth being split: threads take some 50 µs to come, in which one does a million multiplications and additions. */
import { threadCount } from './useThreads.js';

let leastOperations = 4e6;

export function isWorthThreads(operations: number): boolean {
  return threadCount() > 1 && operations >= leastOperations;
}

/** For tests, whose products are small. */
export function splitFrom(operations: number): void {
  leastOperations = operations;
}
