// SPDX-License-Identifier: Apache-2.0
/** What a classifier got right, counted picture by picture. */
import { InvalidArgumentError } from 'tfjs-clip';
import { ranksOf } from './ranks.js';

export interface ClassResult {
  name: string;
  pictures: number;
  /** Taken for what they are. */
  right: number;
  /** NaN where there are no pictures of it. */
  accuracy: number;
  /** What the others were taken for, the most frequent first. */
  mistakenFor: { name: string; pictures: number }[];
}

export class ClassificationTally {
  pictures = 0;
  /** [classes × classes]: row i has the pictures of class i, column j those that were taken for class j. */
  readonly confusion: Int32Array;
  /** How many pictures have their class at this rank, from 1. */
  private readonly atRank: Int32Array;

  constructor(readonly classNames: readonly string[]) {
    this.confusion = new Int32Array(classNames.length ** 2);
    this.atRank = new Int32Array(classNames.length + 1);
  }

  /**
   * A picture is taken for the class with the highest score; a tie counts against the classifier, as with `ranksOf`.
   *
   * @param scores of all classes
   * @param actual the index of the picture's class
   * @returns the index of the class that it is taken for
   */
  add(scores: ArrayLike<number>, actual: number): number {
    const classes = this.classNames.length;
    if (scores.length !== classes || !(actual >= 0 && actual < classes)) {
      throw new InvalidArgumentError(
        `There are ${scores.length} scores of a picture of class ${actual}, but the classes are 0 to ${classes - 1}.`,
      );
    }
    const [rank] = ranksOf(scores, [actual]);
    const guess = rank === 1 ? actual : bestBut(actual, scores);
    this.pictures++;
    this.atRank[rank]++;
    this.confusion[actual * classes + guess]++;
    return guess;
  }

  /** The share of pictures whose class is among the k best: top-k accuracy. */
  accuracyAt(k: number): number {
    return this.atRank.subarray(0, k + 1).reduce((sum, count) => sum + count, 0) / this.pictures;
  }

  /** The mean over the classes that have pictures, however many each has. */
  meanAccuracyOfClasses(): number {
    const accuracies = this.classes()
      .filter(({ pictures }) => pictures > 0)
      .map(({ accuracy }) => accuracy);
    return accuracies.reduce((sum, accuracy) => sum + accuracy, 0) / accuracies.length;
  }

  /** In the order of `classNames`. */
  classes(): ClassResult[] {
    const { classNames, confusion } = this;
    return classNames.map((name, i) => {
      const row = confusion.subarray(i * classNames.length, (i + 1) * classNames.length);
      const pictures = row.reduce((sum, count) => sum + count, 0);
      const mistakenFor = classNames
        .map((other, j) => ({ name: other, pictures: j === i ? 0 : row[j] }))
        .filter((entry) => entry.pictures > 0)
        .sort((a, b) => b.pictures - a.pictures);
      return { name, pictures, right: row[i], accuracy: row[i] / pictures, mistakenFor };
    });
  }
}

function bestBut(excluded: number, scores: ArrayLike<number>): number {
  let best = excluded === 0 ? 1 : 0;
  for (let i = best + 1; i < scores.length; i++) {
    if (i !== excluded && !(scores[i] <= scores[best])) best = i;
  }
  return best;
}
