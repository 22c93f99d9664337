// SPDX-License-Identifier: Apache-2.0
/** Draws from a `Random`. */
import type { Random } from '../random.js';

/** From the first up to the second. */
export type Range = readonly [from: number, to: number];

export function uniform(random: Random, [from, to]: Range): number {
  return from + (to - from) * random();
}

/** As often a half as its double. */
export function logUniform(random: Random, [from, to]: Range): number {
  return Math.exp(uniform(random, [Math.log(from), Math.log(to)]));
}

/** A whole number from 0 to `largest`. */
export function wholeUpTo(random: Random, largest: number): number {
  return Math.floor(random() * (largest + 1));
}

export function oneOf<T>(random: Random, items: readonly T[]): T {
  return items[wholeUpTo(random, items.length - 1)];
}
