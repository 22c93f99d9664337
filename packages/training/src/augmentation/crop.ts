// SPDX-License-Identifier: Apache-2.0
/** Parts of a picture: torchvision's RandomCrop and RandomResizedCrop. */
import { cut, type PicturePart, pillowResize, type RawImage } from 'tfjs-clip';
import type { Random } from '../random.js';
import { logUniform, type Range, uniform, wholeUpTo } from './draw.js';
import { positiveRange, rule } from './optionRules.js';
import type { StepKind } from './step.js';

interface Size {
  width: number;
  height: number;
}

export interface RandomCropOptions {
  /** Of the square that is cut out, as a part of the picture's shorter side. Default 0.8. */
  side?: number;
}

/** A square anywhere in the picture. */
export const randomCrop: StepKind<RandomCropOptions> = {
  rules: {
    side: rule(0.8, 'a number above 0 and at most 1', (side) => Number(side) > 0 && Number(side) <= 1),
  },
  create:
    ({ side }) =>
    (image, random) => {
      const pixels = Math.max(1, Math.trunc(Math.min(image.width, image.height) * side));
      return cut(image, placed({ width: pixels, height: pixels }, image, random));
    },
};

export interface RandomResizedCropOptions {
  /** How much of the picture's area is kept; what would exceed the picture is drawn again. Default [0.08, 1]. */
  scale?: Range;
  /** Width by height of what is kept. Default [3/4, 4/3]. */
  ratio?: Range;
  /** The side, in pixels, of the square that it becomes. Default: the picture's shorter side. */
  size?: number | null;
  /** Default 'bilinear'. */
  resample?: 'bilinear' | 'bicubic';
}

/** More is a slip of the hand, and would fill the memory. */
const LARGEST_SIDE = 4096;

/** A part of random size and proportions, made square. */
export const randomResizedCrop: StepKind<RandomResizedCropOptions> = {
  rules: {
    scale: positiveRange([0.08, 1]),
    ratio: positiveRange([3 / 4, 4 / 3]),
    size: rule(
      null,
      `a whole number from 1 to ${LARGEST_SIDE}, or null`,
      (size) => size === null || isSide(size),
    ),
    resample: rule(
      'bilinear',
      "'bilinear' or 'bicubic'",
      (name) => name === 'bilinear' || name === 'bicubic',
    ),
  },
  create: (options) => (image, random) => {
    const side = options.size ?? Math.min(image.width, image.height);
    const part = cut(image, randomResizedCropBox(image, options, random));
    return pillowResize(part, side, side, options.resample) as RawImage;
  },
};

/** torchvision's `RandomResizedCrop.get_params`: ten tries, then the largest box in the middle of allowed proportions. */
export function randomResizedCropBox(
  image: Size,
  { scale, ratio }: { scale: Range; ratio: Range },
  random: Random,
): PicturePart {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = image.width * image.height * uniform(random, scale);
    const proportions = logUniform(random, ratio);
    const width = Math.round(Math.sqrt(area * proportions));
    const height = Math.round(Math.sqrt(area / proportions));
    if (width < 1 || height < 1 || width > image.width || height > image.height) continue;
    return placed({ width, height }, image, random);
  }
  return middle(image, ratio);
}

function placed({ width, height }: Size, within: Size, random: Random): PicturePart {
  const top = wholeUpTo(random, within.height - height);
  const left = wholeUpTo(random, within.width - width);
  return { left, top, width, height };
}

function middle(image: Size, [narrowest, widest]: Range): PicturePart {
  const proportions = image.width / image.height;
  let { width, height } = image;
  if (proportions < narrowest) height = Math.max(1, Math.round(width / narrowest));
  else if (proportions > widest) width = Math.max(1, Math.round(height * widest));
  return { left: (image.width - width) >> 1, top: (image.height - height) >> 1, width, height };
}

function isSide(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_SIDE;
}
