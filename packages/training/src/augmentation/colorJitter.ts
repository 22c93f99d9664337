// SPDX-License-Identifier: Apache-2.0
/** torchvision's ColorJitter: brightness, contrast, saturation and hue, each by a random factor and in random order. */
import { permutation } from '../random.js';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation } from './color.js';
import { type Range, uniform } from './draw.js';
import { strength, turn } from './optionRules.js';
import type { ImageAugmentation, StepKind } from './step.js';

/** x means from 1 − x (not below 0) to 1 + x, of the hue from −x to x. Default of all: 0, no change. */
export interface ColorJitterOptions {
  brightness?: number | Range;
  contrast?: number | Range;
  saturation?: number | Range;
  /** At most 0.5, half the circle of colours. */
  hue?: number | Range;
}

export const colorJitter: StepKind<ColorJitterOptions> = {
  rules: { brightness: strength(), contrast: strength(), saturation: strength(), hue: turn(0.5) },
  create: jitter,
};

function jitter(options: Required<ColorJitterOptions>): ImageAugmentation {
  const changes = [
    { adjust: adjustBrightness, range: around(1, options.brightness) },
    { adjust: adjustContrast, range: around(1, options.contrast) },
    { adjust: adjustSaturation, range: around(1, options.saturation) },
    { adjust: adjustHue, range: around(0, options.hue) },
  ].filter(({ range }) => range !== null);
  return (image, random) => {
    const factors = changes.map(({ range }) => uniform(random, range!));
    for (const i of permutation(changes.length, random)) image = changes[i].adjust(image, factors[i]);
    return image;
  };
}

function around(neutral: number, given: number | Range): Range | null {
  if (typeof given !== 'number') return given;
  if (given === 0) return null;
  return neutral === 0 ? [-given, given] : [Math.max(0, neutral - given), neutral + given];
}
