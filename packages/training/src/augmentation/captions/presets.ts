// SPDX-License-Identifier: Apache-2.0
/** Ways with captions that have been trained with. */
import type { CaptionOptions } from './captionAugmentation.js';

export type CaptionPreset = 'none' | 'emoji';

export const CAPTION_PRESETS: { readonly [Name in CaptionPreset]: CaptionOptions } = {
  none: {},

  /** Names with tags, in the sentences that people ask with: what the bundled model was trained with. */
  emoji: {
    tags: { alone: 0.25, appended: 0.2 },
    templates: [
      '{}',
      'a picture of {}',
      'an emoji of {}',
      'a drawing of {}',
      'an icon of {}',
      'a photo of {}',
      'This is a photo of {}.',
      'This is a photo of {}.',
      'This is a picture of {}.',
      'a photo of a {}',
      'a picture of a {}.',
      'a {}',
      '{}.',
      'an image of {}',
      'a cartoon of a {}',
      'the symbol for {}',
    ],
  },
};
