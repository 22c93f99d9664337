// SPDX-License-Identifier: Apache-2.0
/** What is done to a picture each time that it is shown, between decoding and the processor. */
import { ConfigurationError, type RawImage, toRgb } from 'tfjs-clip';
import { type RandomAffineOptions, randomAffine } from './affine.js';
import { type RandomBackgroundOptions, randomBackground } from './background.js';
import { toGrayscale } from './color.js';
import { type ColorJitterOptions, colorJitter } from './colorJitter.js';
import {
  type RandomCropOptions,
  type RandomResizedCropOptions,
  randomCrop,
  randomResizedCrop,
} from './crop.js';
import { type RandomErasingOptions, randomErasing } from './erase.js';
import { flipHorizontally, flipVertically } from './flip.js';
import { readOptions } from './optionRules.js';
import { type RandomOutlineOptions, randomOutline } from './outline.js';
import { AUGMENTATION_PRESETS, type AugmentationPreset } from './presets.js';
import { type ImageAugmentation, type SometimesOptions, type StepKind, sometimes } from './step.js';

/** Each kind of step, by torchvision's name where torchvision has it, and its options. */
export interface AugmentationSteps {
  randomCrop: RandomCropOptions;
  randomResizedCrop: RandomResizedCropOptions;
  /** Default probability 0.5. */
  randomHorizontalFlip: SometimesOptions;
  /** Default probability 0.5. */
  randomVerticalFlip: SometimesOptions;
  randomAffine: RandomAffineOptions;
  randomBackground: RandomBackgroundOptions;
  colorJitter: ColorJitterOptions;
  /** Default probability 0.1. */
  randomGrayscale: SometimesOptions;
  randomOutline: RandomOutlineOptions;
  randomErasing: RandomErasingOptions;
}

/** Such as `{ op: 'randomCrop', side: 0.8 }`. */
export type AugmentationStep = {
  [Op in keyof AugmentationSteps]: { op: Op } & AugmentationSteps[Op];
}[keyof AugmentationSteps];

/** A preset's name, or steps in their order: JSON, which a run keeps and worker threads receive. */
export type AugmentationConfig = AugmentationPreset | readonly AugmentationStep[];

const KINDS: { readonly [Op in keyof AugmentationSteps]: StepKind<AugmentationSteps[Op]> } = {
  randomCrop,
  randomResizedCrop,
  randomHorizontalFlip: sometimes(0.5, flipHorizontally),
  randomVerticalFlip: sometimes(0.5, flipVertically),
  randomAffine,
  randomBackground,
  colorJitter,
  randomGrayscale: sometimes(0.1, toGrayscale),
  randomOutline,
  randomErasing,
};

/**
 * All steps of a configuration, one after the other. Grey pictures become RGB first.
 *
 * ```ts
 * const augment = imageAugmentation('rsicd');
 * const changed = augment(await loadImage('airport.jpg'), randomFor(seed, 'image', epoch, 'airport.jpg'));
 * ```
 *
 * @throws ConfigurationError for a preset, a step or a value that there is not
 */
export function imageAugmentation(config: AugmentationConfig): ImageAugmentation {
  const steps = stepsOf(config).map(createStep);
  if (steps.length === 0) return (image) => image;
  return (image, random) => steps.reduce((changed, step) => step(changed, random), inColor(image));
}

function stepsOf(config: AugmentationConfig): readonly AugmentationStep[] {
  if (Array.isArray(config)) return config;
  if (typeof config === 'string' && Object.hasOwn(AUGMENTATION_PRESETS, config)) {
    return AUGMENTATION_PRESETS[config as AugmentationPreset];
  }
  const presets = Object.keys(AUGMENTATION_PRESETS).join(', ');
  throw new ConfigurationError(
    `The augmentation is ${JSON.stringify(config)}, but must be one of ${presets}, or a list of steps such as [{ "op": "randomCrop", "side": 0.8 }].`,
  );
}

function createStep(step: AugmentationStep, index: number): ImageAugmentation {
  const where = `augmentation[${index}]`;
  const { op, ...options } = Object(step) as AugmentationStep;
  if (!Object.hasOwn(KINDS, op)) {
    throw new ConfigurationError(
      `${where} is ${JSON.stringify(step)}, but must have an \`op\` that is one of ${Object.keys(KINDS).join(', ')}.`,
    );
  }
  const kind = KINDS[op] as StepKind<object>;
  return kind.create(readOptions(kind.rules, options, `${where} (${op})`));
}

function inColor(image: RawImage): RawImage {
  const rgb = image.channels < 3 ? toRgb(image) : image;
  if (image.channels !== 2) return rgb;
  const { width, height } = image;
  const data = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    data.set(rgb.data.subarray(3 * i, 3 * i + 3), 4 * i);
    data[4 * i + 3] = image.data[2 * i + 1];
  }
  return { data, width, height, channels: 4 };
}
