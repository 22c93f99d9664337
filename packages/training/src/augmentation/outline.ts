// SPDX-License-Identifier: Apache-2.0
/** Dark lines along the edges of a dimmed picture: from drawings of one style, something of a style drawn with outlines. */
import type { RawImage } from 'tfjs-clip';
import { mapPixels } from './color.js';
import { type Range, uniform } from './draw.js';
import { probability, rangeWithin } from './optionRules.js';
import type { StepKind } from './step.js';

export interface RandomOutlineOptions {
  /** Default 0.15. */
  probability?: number;
  /** What every level is multiplied by. Default [0.5, 1]. */
  brightness?: Range;
  /** How dark the lines are, at most 1. Default [0, 1]. */
  ink?: Range;
}

export const randomOutline: StepKind<RandomOutlineOptions> = {
  rules: {
    probability: probability(0.15),
    brightness: rangeWithin(0, 1, [0.5, 1]),
    ink: rangeWithin(0, 1, [0, 1]),
  },
  create: (options) => (image, random) => {
    if (random() >= options.probability) return image;
    return outline(image, uniform(random, options.brightness), uniform(random, options.ink));
  },
};

/** brightness × level − ink × (largest − smallest mean level of the 3 × 3 pixels around). */
export function outline(image: RawImage, brightness: number, ink: number): RawImage {
  const edges = edgesOf(image);
  return mapPixels(image, ({ data, channels }, at, out) => {
    const line = ink * edges[at / channels];
    for (let c = 0; c < 3; c++) out[at + c] = Math.max(0, Math.round(brightness * data[at + c] - line));
  });
}

function edgesOf(image: RawImage): Float64Array {
  const { width, height } = image;
  const gray = meansOf(image);
  const edges = new Float64Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) edges[y * width + x] = spreadAround(gray, width, height, x, y);
  }
  return edges;
}

function spreadAround(gray: Float64Array, width: number, height: number, x: number, y: number): number {
  let [smallest, largest] = [255, 0];
  for (let row = Math.max(0, y - 1); row <= Math.min(height - 1, y + 1); row++) {
    for (let column = Math.max(0, x - 1); column <= Math.min(width - 1, x + 1); column++) {
      const level = gray[row * width + column];
      if (level < smallest) smallest = level;
      if (level > largest) largest = level;
    }
  }
  return largest - smallest;
}

function meansOf({ data, width, height, channels }: RawImage): Float64Array {
  const mean = (_: unknown, i: number) =>
    (data[i * channels] + data[i * channels + 1] + data[i * channels + 2]) / 3;
  return Float64Array.from({ length: width * height }, mean);
}
