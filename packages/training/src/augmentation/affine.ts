// SPDX-License-Identifier: Apache-2.0
/** torchvision's RandomAffine: a picture turned, moved, scaled and slanted about its middle, by Pillow's bilinear transform. */
import { premultiply, type RawImage, type Rgb, unpremultiply } from 'tfjs-clip';
import { type Range, uniform } from './draw.js';
import { COLOR, isColor, numberFrom, positiveRange, rule, turn } from './optionRules.js';
import type { ImageAugmentation, StepKind } from './step.js';

export interface AffineParameters {
  /** Degrees, clockwise. */
  angle: number;
  /** Pixels to the right and down. */
  translate: readonly [x: number, y: number];
  scale: number;
  /** Degrees by which upright lines lean. */
  shear: number;
  /** Of the width, after all else. torchvision has no such thing. */
  stretch: number;
}

export interface RandomAffineOptions {
  /** Degrees: from −x to x, or from … to. Default 0. */
  angle?: number | Range;
  /** Parts of the width, and of the height: from −x to x. Default 0. */
  translate?: number;
  /** Default [1, 1]. */
  scale?: Range;
  /** Degrees: from −x to x, or from … to. Default 0. */
  shear?: number | Range;
  /** Of the width alone. Default [1, 1]. */
  stretch?: Range;
  /** What comes in from outside an opaque picture; where there is alpha, nothing does. Default black. */
  fill?: Rgb;
}

export const randomAffine: StepKind<RandomAffineOptions> = {
  rules: {
    angle: turn(180),
    translate: numberFrom(0, 1, 0),
    scale: positiveRange([1, 1]),
    shear: turn(80),
    stretch: positiveRange([1, 1]),
    fill: rule([0, 0, 0], COLOR, isColor),
  },
  create: affineOf,
};

function affineOf(options: Required<RandomAffineOptions>): ImageAugmentation {
  const { scale, stretch, fill } = options;
  const [angle, shear] = [bothWays(options.angle), bothWays(options.shear)];
  return (image, random) => {
    const shift = (size: number) => Math.round(uniform(random, bothWays(options.translate * size)));
    const parameters: AffineParameters = {
      angle: uniform(random, angle),
      translate: [shift(image.width), shift(image.height)],
      scale: uniform(random, scale),
      shear: uniform(random, shear),
      stretch: uniform(random, stretch),
    };
    return affine(image, parameters, fill);
  };
}

function bothWays(given: number | Range): Range {
  return typeof given === 'number' ? [-given, given] : given;
}

/** The picture keeps its size. */
export function affine(image: RawImage, parameters: AffineParameters, fill: Rgb = [0, 0, 0]): RawImage {
  const matrix = inverseMatrix(image, parameters);
  if (matrix.every((value, i) => value === IDENTITY[i])) return image;
  if (image.channels === 3) return transform(image, matrix, fill);
  return unpremultiply(transform(premultiply(image) as RawImage, matrix, [0, 0, 0, 0])) as RawImage;
}

const IDENTITY = [1, 0, 0, 0, 1, 0];

/** From places in the result to places in the picture: torchvision's `_get_inverse_affine_matrix`, and the stretch. */
function inverseMatrix(
  { width, height }: { width: number; height: number },
  { angle, translate, scale, shear, stretch }: AffineParameters,
): number[] {
  const turn = (angle * Math.PI) / 180;
  const slant = Math.tan((shear * Math.PI) / 180);
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const [xx, xy] = [(cos - sin * slant) / scale / stretch, (cos * slant + sin) / scale];
  const [yx, yy] = [-sin / scale / stretch, cos / scale];
  const [middleX, middleY] = [width / 2, height / 2];
  const [x, y] = [-middleX - translate[0], -middleY - translate[1]];
  return [xx, xy, xx * x + xy * y + middleX, yx, yy, yx * x + yy * y + middleY];
}

/** `Image.transform` with BILINEAR: fractions of levels are cut off (Pillow, src/libImaging/Geometry.c). */
function transform(image: RawImage, matrix: number[], fill: readonly number[]): RawImage {
  const { width, height, channels } = image;
  const [xx, xy, x0, yx, yy, y0] = matrix;
  const data = new Uint8Array(image.data.length);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at += channels) {
      const sourceX = xx * (x + 0.5) + xy * (y + 0.5) + x0;
      const sourceY = yx * (x + 0.5) + yy * (y + 0.5) + y0;
      const isInside = sourceX >= 0 && sourceX < width && sourceY >= 0 && sourceY < height;
      if (isInside) interpolate(image, sourceX - 0.5, sourceY - 0.5, data, at);
      else for (let c = 0; c < channels; c++) data[at + c] = fill[c];
    }
  }
  return { ...image, data };
}

function interpolate(image: RawImage, x: number, y: number, out: Uint8Array, at: number): void {
  const { data, width, height, channels } = image;
  const [left, top] = [Math.floor(x), Math.floor(y)];
  const [fromLeft, fromTop] = [x - left, y - top];
  const [column, nextColumn] = [Math.max(left, 0) * channels, Math.min(left + 1, width - 1) * channels];
  const row = Math.max(top, 0) * width * channels;
  const nextRow = Math.min(top + 1, height - 1) * width * channels;
  for (let c = 0; c < channels; c++) {
    const upper = between(data[row + column + c], data[row + nextColumn + c], fromLeft);
    const lower = between(data[nextRow + column + c], data[nextRow + nextColumn + c], fromLeft);
    out[at + c] = between(upper, lower, fromTop);
  }
}

function between(a: number, b: number, part: number): number {
  return a + (b - a) * part;
}
