// SPDX-License-Identifier: Apache-2.0
/** One kind of change to a picture: its options, and the function that they give. */
import type { RawImage } from 'tfjs-clip';
import type { Random } from '../random.js';
import { type OptionRules, probability } from './optionRules.js';

/** A picture into another; the same one where nothing is to be done. Steps are given 3 or 4 channels. */
export type ImageAugmentation = (image: RawImage, random: Random) => RawImage;

export interface StepKind<Options> {
  readonly rules: OptionRules<Options>;
  create(options: Required<Options>): ImageAugmentation;
}

export interface SometimesOptions {
  probability?: number;
}

/** A change without options of its own, made as often as `probability` says. */
export function sometimes(
  usually: number,
  change: (image: RawImage) => RawImage,
): StepKind<SometimesOptions> {
  return {
    rules: { probability: probability(usually) },
    create:
      ({ probability }) =>
      (image, random) =>
        random() < probability ? change(image) : image,
  };
}
