// SPDX-License-Identifier: Apache-2.0
/** torchvision's RandomErasing (Zhong et al. 2017): a rectangle of the picture is painted over. */
import type { PicturePart, RawImage, Rgb } from 'tfjs-clip';
import type { Random } from '../random.js';
import { logUniform, type Range, uniform, wholeUpTo } from './draw.js';
import { COLOR, isColor, positiveRange, probability, rule } from './optionRules.js';
import type { StepKind } from './step.js';

export interface RandomErasingOptions {
  /** Default 0.5. */
  probability?: number;
  /** How much of the picture's area is erased. Default [0.02, 0.33]. */
  scale?: Range;
  /** Height by width of what is erased. Default [0.3, 3.3]. */
  ratio?: Range;
  /** Default: the colour that CLIP's processor turns into 0. 'noise' gives every level of every pixel at random. */
  fill?: Rgb | 'noise';
}

/** CLIP's `image_mean` as levels. */
const MEAN_COLOR: Rgb = [123, 117, 104];

export const randomErasing: StepKind<RandomErasingOptions> = {
  rules: {
    probability: probability(0.5),
    scale: positiveRange([0.02, 0.33], 1),
    ratio: positiveRange([0.3, 3.3]),
    fill: rule(MEAN_COLOR, `${COLOR}, or 'noise'`, (fill) => fill === 'noise' || isColor(fill)),
  },
  create: (options) => (image, random) => {
    if (random() >= options.probability) return image;
    const box = erasedBox(image, options, random);
    return box ? erase(image, box, options.fill, random) : image;
  },
};

/** Paints over a box, which becomes opaque. */
export function erase(image: RawImage, box: PicturePart, fill: Rgb | 'noise', random: Random): RawImage {
  const { width, channels } = image;
  const data = image.data.slice();
  for (let y = box.top; y < box.top + box.height; y++) {
    for (let x = box.left; x < box.left + box.width; x++) {
      const at = (y * width + x) * channels;
      for (let c = 0; c < 3; c++) data[at + c] = fill === 'noise' ? wholeUpTo(random, 255) : fill[c];
      if (channels === 4) data[at + 3] = 255;
    }
  }
  return { ...image, data };
}

/** torchvision's `RandomErasing.get_params`: null where ten draws did not fit into the picture. */
export function erasedBox(
  image: { width: number; height: number },
  { scale, ratio }: { scale: Range; ratio: Range },
  random: Random,
): PicturePart | null {
  for (let attempt = 0; attempt < 10; attempt++) {
    const area = image.width * image.height * uniform(random, scale);
    const proportions = logUniform(random, ratio);
    const height = Math.round(Math.sqrt(area * proportions));
    const width = Math.round(Math.sqrt(area / proportions));
    if (height >= image.height || width >= image.width) continue;
    const top = wholeUpTo(random, image.height - height);
    const left = wholeUpTo(random, image.width - width);
    return { left, top, width, height };
  }
  return null;
}
