// SPDX-License-Identifier: Apache-2.0
/** Pictures with alpha in front of random colours, so that a model learns what is drawn and not what it is drawn on. */
import { composeOnto, type Rgb } from 'tfjs-clip';
import type { Random } from '../random.js';
import { wholeUpTo } from './draw.js';
import { probability } from './optionRules.js';
import type { StepKind } from './step.js';

export interface RandomBackgroundOptions {
  /** How often it is white. Default 0.4. */
  white?: number;
  /** How often it is black; else it has any colour. Default 0.35. */
  black?: number;
}

/** Opaque pictures stay as they are. */
export const randomBackground: StepKind<RandomBackgroundOptions> = {
  rules: { white: probability(0.4), black: probability(0.35) },
  create: (options) => (image, random) => composeOnto(image, drawColor(options, random)),
};

function drawColor({ white, black }: Required<RandomBackgroundOptions>, random: Random): Rgb {
  const chosen = random();
  if (chosen < white) return [255, 255, 255];
  if (chosen < white + black) return [0, 0, 0];
  const level = () => wholeUpTo(random, 255);
  return [level(), level(), level()];
}
