// SPDX-License-Identifier: Apache-2.0
/** Figures of several rounds as one, with their spread. */

/** @param {readonly number[]} values at least one */
export function summary(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  return { median, lowest: sorted[0], highest: sorted.at(-1) };
}

/** How many times as fast as a rival: round by round, so that what slowed both in a round cancels. */
export function timesAsFast(milliseconds, rivalMilliseconds) {
  return summary(milliseconds.map((ms, round) => rivalMilliseconds[round] / ms));
}
