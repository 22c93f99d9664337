// SPDX-License-Identifier: Apache-2.0
/** What captions there are to choose from, each time that a picture is shown. */
import { ConfigurationError } from 'tfjs-clip';
import type { CaptionAugmentation } from '../../data/batchOptions.js';
import type { ImageTextRecord } from '../../data/dataset.js';
import { permutation, type Random } from '../../random.js';
import { oneOf } from '../draw.js';
import { type OptionRules, probability, readOptions, rule } from '../optionRules.js';
import { captionsFor, type ExtraCaptions } from './extraCaptions.js';
import { CAPTION_PRESETS, type CaptionPreset } from './presets.js';

export interface CaptionOptions {
  /** Says that the first caption is a name and the others are its tags, and how often those are used. Default: they are not. */
  tags?: TagOptions | null;
  /** Each caption is put in the place of `{}` in one of these, drawn anew each time. Default: it stays as it is. */
  templates?: readonly string[];
}

/** A preset's name, or options: JSON, which a run keeps. */
export type CaptionConfig = CaptionPreset | CaptionOptions;

/** With tags a picture has one caption a time. */
export interface TagOptions {
  /** How often a tag stands in the place of the name. Default 0.25. */
  alone?: number;
  /** How often two tags follow the name. Default 0.2. */
  appended?: number;
}

/**
 * ```ts
 * const extra = await readExtraCaptions('textaug_train_rsicd.jsonl');
 * const captions = captionAugmentation({ templates: ['a photo of {}'] }, extra);
 * const batches = batchesOf(dataset, { processor, batchSize: 64, captionAugmentation: captions });
 * ```
 *
 * @param extra more captions, such as those translated there and back
 * @throws ConfigurationError for a preset, an option or a value that there is not
 */
export function captionAugmentation(config: CaptionConfig, extra?: ExtraCaptions): CaptionAugmentation {
  const { tags, templates } = readOptions(RULES, optionsOf(config), 'captions');
  const tagged = tags && readOptions(TAG_RULES, tags, 'captions.tags');
  return (record, random) => {
    const own = tagged ? [nameOrTags(record, tagged, random)] : record.captions;
    const all = extra ? [...new Set([...own, ...captionsFor(record, extra)])] : own;
    return all.map((caption) => oneOf(random, templates).split('{}').join(caption));
  };
}

function optionsOf(config: CaptionConfig): CaptionOptions {
  if (typeof config === 'object' && config !== null) return config;
  if (Object.hasOwn(CAPTION_PRESETS, config)) return CAPTION_PRESETS[config];
  const presets = Object.keys(CAPTION_PRESETS).join(', ');
  throw new ConfigurationError(
    `The caption augmentation is ${JSON.stringify(config)}, but must be one of ${presets}, or options such as { "templates": ["a photo of {}"] }.`,
  );
}

function nameOrTags(
  { captions: [name, ...tags] }: ImageTextRecord,
  { alone, appended }: Required<TagOptions>,
  random: Random,
): string {
  const chosen = random();
  if (tags.length === 0 || chosen >= alone + appended) return name;
  const [first, second] = permutation(tags.length, random);
  if (chosen < alone) return tags[first];
  return [name, tags[first], ...(tags.length > 1 ? [tags[second]] : [])].join(', ');
}

const isTemplate = (value: unknown) => typeof value === 'string' && value.includes('{}');

const RULES: OptionRules<CaptionOptions> = {
  tags: rule(null, 'an object with alone and appended', (value) => typeof value === 'object'),
  templates: rule(
    ['{}'],
    "a list of texts with {} where the caption goes, such as ['a photo of {}']",
    (value) => Array.isArray(value) && value.length > 0 && value.every(isTemplate),
  ),
};

const TAG_RULES: OptionRules<TagOptions> = { alone: probability(0.25), appended: probability(0.2) };
