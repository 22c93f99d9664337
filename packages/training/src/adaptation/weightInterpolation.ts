// SPDX-License-Identifier: Apache-2.0
/** Between what a model knew and what it has learnt since. Wortsman et al. 2022 (WiSE-FT), §3. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError, type TFCLIPPreTrainedModel } from 'tfjs-clip';

/**
 * Makes of the weights of `fineTuned` (1 − alpha) · original + alpha · fineTuned, one after the other: no third copy of them is
 * held.
 *
 * @param alpha 0 is the original, 1 what was trained
 * @throws InvalidArgumentError for an alpha outside of that, or models of other weights; nothing is changed then
 */
export function interpolateWeights(
  original: TFCLIPPreTrainedModel,
  fineTuned: TFCLIPPreTrainedModel,
  alpha: number,
): void {
  checkAlpha(alpha);
  checkAlike(original, fineTuned);
  const before = original.namedWeights();
  for (const [name, weight] of fineTuned.namedWeights()) {
    tf.tidy(() => weight.assign(tf.add(tf.mul(before.get(name)!, 1 - alpha), tf.mul(weight, alpha))));
  }
}

export interface SweepPoint<Result> {
  alpha: number;
  result: Result;
}

/**
 * What `evaluate` makes of `fineTuned` at each alpha. While it runs there is a third copy of the weights; `fineTuned` has its own
 * again at the end, also after an error.
 *
 * ```ts
 * const points = await sweepInterpolation(original, fineTuned, [0, 0.25, 0.5, 0.75, 1], (model) => accuracyOf(model));
 * ```
 */
export async function sweepInterpolation<Model extends TFCLIPPreTrainedModel, Result>(
  original: Model,
  fineTuned: Model,
  alphas: readonly number[],
  evaluate: (model: Model, alpha: number) => Promise<Result>,
): Promise<SweepPoint<Result>[]> {
  for (const alpha of alphas) checkAlpha(alpha);
  checkAlike(original, fineTuned);
  const weights = fineTuned.namedWeights();
  const learnt = new Map([...weights].map(([name, weight]) => [name, tf.clone(weight)]));
  const restore = () => {
    for (const [name, weight] of weights) weight.assign(learnt.get(name)!);
  };
  const points: SweepPoint<Result>[] = [];
  try {
    for (const alpha of alphas) {
      restore();
      interpolateWeights(original, fineTuned, alpha);
      points.push({ alpha, result: await evaluate(fineTuned, alpha) });
    }
    return points;
  } finally {
    restore();
    tf.dispose([...learnt.values()]);
  }
}

function checkAlpha(alpha: number): void {
  if (alpha >= 0 && alpha <= 1) return;
  throw new InvalidArgumentError(
    `alpha is ${alpha}, but must be from 0, the original, to 1, what was trained.`,
  );
}

function checkAlike(original: TFCLIPPreTrainedModel, fineTuned: TFCLIPPreTrainedModel): void {
  const [before, after] = [original.namedWeights(), fineTuned.namedWeights()];
  const problems = [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const shapes = [before.get(name)?.shape, after.get(name)?.shape];
    if (String(shapes[0]) === String(shapes[1])) return [];
    const [there, here] = shapes.map((shape) => (shape ? `[${shape}]` : 'absent'));
    return [`${name} is ${there} in the original and ${here} in the other`];
  });
  if (problems.length === 0) return;
  throw new InvalidArgumentError(`The models are not of one architecture: ${problems.join('; ')}.`);
}
