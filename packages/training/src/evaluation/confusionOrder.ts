// SPDX-License-Identifier: Apache-2.0
/** An order of classes in which those that are mistaken for each other stand together. */
import type { ClassificationTally } from './classificationTally.js';

/**
 * Indices of the classes that have pictures or were guessed. The most mistaken one comes first, after each the one that it is
 * confused with most; where there is none left, the most mistaken of the others. So classes that are always recognised stand
 * last, in the order of their names.
 */
export function confusionOrder({ classNames, confusion }: ClassificationTally): number[] {
  const count = classNames.length;
  const between = (a: number, b: number) =>
    a === b ? 0 : confusion[a * count + b] + confusion[b * count + a];
  const all = Array.from(classNames, (_, i) => i);
  const mistakes = all.map((a) => all.reduce((sum, b) => sum + between(a, b), 0));
  const left = new Set(
    all
      .filter((a) => mistakes[a] > 0 || confusion[a * count + a] > 0)
      .sort((a, b) => mistakes[b] - mistakes[a] || (classNames[a] < classNames[b] ? -1 : 1)),
  );
  const order: number[] = [];
  while (left.size > 0) {
    const last = order.at(-1);
    let [next] = left;
    for (const other of last === undefined ? [] : left) {
      if (between(last!, other) > between(last!, next)) next = other;
    }
    if (last !== undefined && between(last, next) === 0) [next] = left;
    left.delete(next);
    order.push(next);
  }
  return order;
}
