// SPDX-License-Identifier: Apache-2.0
/** Of all mistakes, those that a classifier is surest of: they tell most about the model, or about the labels. */
import type { MistakenPicture } from './classificationPage.js';
import type { Prediction } from './evaluateZeroShot.js';

export class SurestMistakes {
  private kept: Prediction[] = [];

  constructor(private readonly count: number) {}

  add(prediction: Prediction): void {
    if (prediction.actual === prediction.guess) return;
    this.kept.push(prediction);
    this.kept.sort((a, b) => marginOf(b) - marginOf(a));
    this.kept.length = Math.min(this.kept.length, this.count);
  }

  /** Reads their pictures once more. The surest come first. */
  pictures(): Promise<MistakenPicture[]> {
    return Promise.all(
      this.kept.map(async ({ record, actual, guess }) => ({
        picture: await record.readImage(),
        actual,
        guess,
      })),
    );
  }
}

/** By how much the wrong class is preferred to the right one. */
function marginOf({ scores, actual, guess }: Prediction): number {
  return scores[guess] - scores[actual];
}
