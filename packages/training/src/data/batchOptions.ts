// SPDX-License-Identifier: Apache-2.0
/** How a dataset becomes batches. */
import { type CLIPProcessor, InvalidArgumentError } from 'tfjs-clip';
import { type AugmentationConfig, imageAugmentation } from '../augmentation/imageAugmentation.js';
import type { Random } from '../random.js';
import type { BrokenRecord, ImageTextRecord } from './dataset.js';

export interface BatchOptions {
  processor: CLIPProcessor;
  batchSize: number;
  /** Decides the order and every choice. Default 0. */
  seed?: number;
  /** Default true; false: the order of the files, for evaluation. */
  shuffle?: boolean;
  /** 'sample' (default): one caption a picture and epoch, at random; 'all': all of them, as several positives. */
  captions?: 'sample' | 'all';
  /** How pictures are changed, each epoch anew. Default 'none'. */
  augmentation?: AugmentationConfig;
  /** What captions there are to choose from, given those of the record. */
  captionAugmentation?: CaptionAugmentation;
  /** Leaves out the last batch if it is smaller. Default false. */
  dropLast?: boolean;
  /** Texts are cut to so many tokens; by default to the tokenizer's `modelMaxLength`. */
  maxLength?: number;
  /** 'longest' (default): to the longest text of the batch; 'max_length': all batches alike. */
  padding?: 'longest' | 'max_length';
  /** Threads that decode pictures, in Node; 0: this one. By default one less than there are cores, at most 8. */
  workers?: number;
  /** Batches that are decoded ahead. Default 2. */
  prefetch?: number;
  /** Broken records that are passed over in an epoch, before it ends with an error. Default 100. */
  maxBroken?: number;
  onBroken?: (problem: BrokenRecord) => void;
}

export type CaptionAugmentation = (record: ImageTextRecord, random: Random) => readonly string[];

export type Settings = Required<Omit<BatchOptions, 'captionAugmentation' | 'maxLength' | 'workers'>> &
  Pick<BatchOptions, 'captionAugmentation' | 'maxLength' | 'workers'>;

/** @throws InvalidArgumentError */
export function resolveSettings(options: BatchOptions): Settings {
  const settings: Settings = {
    seed: 0,
    shuffle: true,
    captions: 'sample',
    augmentation: 'none',
    dropLast: false,
    padding: 'longest',
    prefetch: 2,
    maxBroken: 100,
    onBroken: () => {},
    ...options,
  };
  imageAugmentation(settings.augmentation); // says what is wrong with it here, not in a worker
  wholeNumber('batchSize', settings.batchSize, 1);
  wholeNumber('maxLength', settings.maxLength, 1);
  wholeNumber('workers', settings.workers, 0);
  wholeNumber('prefetch', settings.prefetch, 0);
  if (settings.maxBroken !== Number.POSITIVE_INFINITY) wholeNumber('maxBroken', settings.maxBroken, 0);
  oneOf('captions', settings.captions, ['sample', 'all']);
  oneOf('padding', settings.padding, ['longest', 'max_length']);
  return settings;
}

function wholeNumber(name: string, value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw new InvalidArgumentError(`${name} is ${value}, but must be a whole number of at least ${least}.`);
}

function oneOf(name: string, value: string, accepted: readonly string[]): void {
  if (accepted.includes(value)) return;
  throw new InvalidArgumentError(
    `${name} is '${value}'; there are ${accepted.map((each) => `'${each}'`).join(' and ')}.`,
  );
}
