// SPDX-License-Identifier: Apache-2.0
/** Augmentations that have been trained with. */
import type { AugmentationStep } from './imageAugmentation.js';

export type AugmentationPreset = 'none' | 'rsicd' | 'emoji';

export const AUGMENTATION_PRESETS: { readonly [Name in AugmentationPreset]: readonly AugmentationStep[] } = {
  none: [],

  /**
   * Aerial pictures, which have no upright: `Transform` of run_clip_flax_tv.py in arampacha/CLIP-rsicd. Its crops are of 179
   * pixels, 0.8 of its pictures' 224; its `ColorJitter()` has no strength, so nothing stands here for it.
   */
  rsicd: [
    { op: 'randomCrop', side: 0.8 },
    { op: 'randomHorizontalFlip' },
    { op: 'randomVerticalFlip' },
    { op: 'randomResizedCrop', scale: [0.8, 1.2], ratio: [1, 1] },
  ],

  /** Small drawings with alpha, one of a kind in each style: what the bundled model was trained with. */
  emoji: [
    { op: 'randomAffine', angle: 20, translate: 0.075, scale: [0.74, 1.35], stretch: [0.86, 1.16] },
    { op: 'randomBackground', white: 0.4, black: 0.35 },
    { op: 'colorJitter', brightness: 0.3, contrast: 0.3, saturation: [0, 1.4] },
    { op: 'randomGrayscale', probability: 0.15 },
    { op: 'randomOutline', probability: 0.15 },
  ],
};
