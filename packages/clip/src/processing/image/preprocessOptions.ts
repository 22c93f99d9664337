// SPDX-License-Identifier: Apache-2.0
/** Every setting of an image processor: its type, its default, what it accepts, and how disk and code spell it. */
import type { JSONObject } from '../../configuration/fields.js';
import { toCamelCase, toSnakeCase } from '../../configuration/snakeCase.js';
import { DEFAULT_MAX_PIXELS } from './pixelLimit.js';
import { RESAMPLING, type Resampling, type ResamplingName } from './resampling.js';
import type { DataFormat, LevelSettings } from './rescaleNormalize.js';
import type { PixelSize, ResizeSize } from './resizeSize.js';
import type { Rgb } from './toRgb.js';

/** HF's settings under HF's names and defaults; the last two are ours. */
export interface ImageProcessorSettings extends LevelSettings {
  /** Pictures of other modes become RGB before anything else. Tensors stay as they are, as arrays do in HF. */
  doConvertRgb: boolean;
  doResize: boolean;
  size: ResizeSize;
  resample: ResamplingName;
  doCenterCrop: boolean;
  cropSize: PixelSize;
  /** Fills pictures up with 0 at the right and the bottom, after everything else, to `padSize` or else the largest. */
  doPad: boolean;
  padSize: PixelSize | null;
  /** Whether a number as `size` means a square rather than the shorter edge. */
  defaultToSquare: boolean;
  /** Where tensors have their channels; null: told from their shape. */
  inputDataFormat: DataFormat | null;
  dataFormat: DataFormat;
  /** The colour that pictures with transparency are put on; null: alpha is dropped, as in HF. */
  alphaBackground: Rgb | null;
  /** Pictures of more pixels are refused, as they come and as they are resized. */
  maxPixels: number;
}

type SizeOption = number | readonly [height: number, width: number];

/** The same as callers may write them: of a processor, or of one call over the processor's own. */
export interface PreprocessOptions
  extends Partial<Omit<ImageProcessorSettings, 'size' | 'cropSize' | 'padSize' | 'resample'>> {
  /** A number is the shorter edge. */
  size?: SizeOption | ResizeSize;
  cropSize?: SizeOption | PixelSize;
  padSize?: SizeOption | PixelSize | null;
  resample?: Resampling;
}

/** `read` returns the setting, or undefined for what is not `accepted`. */
interface Rule<T> {
  fallback: T;
  accepted: string;
  read(value: unknown, defaultToSquare: boolean): T | undefined;
}

const PIXELS_ACCEPTED = 'a positive integer, [height, width] or { height, width }';
const PER_CHANNEL = 'or a list of 1 to 4, one for each channel';

const RULES: { [Key in keyof ImageProcessorSettings]: Rule<ImageProcessorSettings[Key]> } = {
  doConvertRgb: flag(true),
  doResize: flag(true),
  size: {
    fallback: { shortestEdge: 224 },
    accepted:
      'a positive integer, [height, width], { height, width }, { shortestEdge }, { shortestEdge, longestEdge } or ' +
      '{ maxHeight, maxWidth }',
    read: readSize,
  },
  resample: {
    fallback: 'bicubic',
    accepted: Object.entries(RESAMPLING)
      .map(([name, number]) => `${number} ('${name}')`)
      .join(', '),
    read: (value) =>
      (Object.keys(RESAMPLING) as ResamplingName[]).find(
        (name) => value === name || value === RESAMPLING[name],
      ),
  },
  doCenterCrop: flag(true),
  cropSize: { fallback: { height: 224, width: 224 }, accepted: PIXELS_ACCEPTED, read: readPixelSize },
  doRescale: flag(true),
  rescaleFactor: {
    fallback: 1 / 255,
    accepted: 'a number other than 0',
    read: (value) => (isFactor(value) ? value : undefined),
  },
  doNormalize: flag(true),
  imageMean: perChannelRule([0.48145466, 0.4578275, 0.40821073], 'a number', isFiniteNumber),
  imageStd: perChannelRule([0.26862954, 0.26130258, 0.27577711], 'a number other than 0', isFactor),
  doPad: flag(false),
  padSize: { fallback: null, accepted: `null, ${PIXELS_ACCEPTED}`, read: orNull(readPixelSize) },
  defaultToSquare: flag(false),
  inputDataFormat: { ...dataFormatRule(null), read: orNull(dataFormatRule(null).read) },
  dataFormat: dataFormatRule('channels_first' as DataFormat),
  alphaBackground: {
    fallback: null,
    accepted: 'null or [red, green, blue] from 0 to 255',
    read: orNull(readRgb),
  },
  maxPixels: {
    fallback: DEFAULT_MAX_PIXELS,
    accepted: 'a positive integer',
    read: (value) => (isSize(value) ? value : undefined),
  },
};

export const SETTING_NAMES = Object.keys(RULES) as (keyof ImageProcessorSettings)[];

const DEFAULTS = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, RULES[name].fallback]),
) as unknown as ImageProcessorSettings;

/** How an option is refused: the caller's kind of error. */
export type Refuse = (message: string) => Error;

/** Settings from options, `base` where they are silent. Keys that are no setting are not looked at. */
export function readSettings(
  options: object,
  refuse: Refuse,
  base: ImageProcessorSettings = DEFAULTS,
): ImageProcessorSettings {
  const given = options as Partial<Record<keyof ImageProcessorSettings, unknown>>;
  const settings: Record<string, unknown> = {};
  const square = given.defaultToSquare ?? base.defaultToSquare;
  for (const name of SETTING_NAMES) {
    const value = given[name];
    const { accepted, read, fallback } = RULES[name] as Rule<unknown>;
    const isSilent = value === undefined || (value === null && fallback !== null);
    settings[name] = isSilent ? base[name] : read(value, square === true);
    if (settings[name] !== undefined) continue;
    throw refuse(`${name} must be ${accepted}; got ${JSON.stringify(value)}.`);
  }
  const checked = settings as unknown as ImageProcessorSettings;
  checkChannelCounts(checked, refuse);
  return checked;
}

/** Settings as preprocessor_config.json has them, with the keys that were there and are none of ours. */
export function fromDisk(json: JSONObject): { options: JSONObject; unknown: JSONObject } {
  const options: JSONObject = {};
  const unknown: JSONObject = {};
  for (const [key, value] of Object.entries(json)) {
    const name = toCamelCase(key);
    if (Object.hasOwn(RULES, name)) options[name] = respelled(value, toCamelCase);
    else unknown[key] = value;
  }
  return { options, unknown };
}

/** HF's keys and values. What HF does not know of is left out where it stands at its default. */
export function toDisk(settings: ImageProcessorSettings): JSONObject {
  const optional = [
    'doPad',
    'padSize',
    'defaultToSquare',
    'inputDataFormat',
    'dataFormat',
    'alphaBackground',
    'maxPixels',
  ];
  const json: JSONObject = {};
  for (const name of SETTING_NAMES) {
    const value = settings[name];
    if (optional.includes(name) && value === RULES[name].fallback) continue;
    json[toSnakeCase(name)] =
      name === 'resample' ? RESAMPLING[settings.resample] : respelled(value, toSnakeCase);
  }
  return json;
}

function respelled(value: unknown, spell: (key: string) => string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [spell(key), entry]));
}

/** What no picture can have: mean and std of different lengths, or RGB of other than three values. */
function checkChannelCounts(
  { doNormalize, doConvertRgb, imageMean, imageStd }: ImageProcessorSettings,
  refuse: Refuse,
): void {
  if (!doNormalize) return;
  for (const [name, value] of Object.entries({ imageMean, imageStd })) {
    if (typeof value === 'number' || !doConvertRgb || value.length === 3) continue;
    throw refuse(
      `${name} has ${value.length} values, but RGB pictures have 3 channels; give three, one number for all, or ` +
        `doConvertRgb: false.`,
    );
  }
  if (typeof imageMean === 'number' || typeof imageStd === 'number' || imageMean.length === imageStd.length)
    return;
  throw refuse(
    `imageMean has ${imageMean.length} values and imageStd ${imageStd.length}; give as many of each.`,
  );
}

function flag(fallback: boolean): Rule<boolean> {
  return {
    fallback,
    accepted: 'true or false',
    read: (value) => (typeof value === 'boolean' ? value : undefined),
  };
}

function perChannelRule(
  fallback: readonly number[],
  each: string,
  allows: (value: unknown) => value is number,
): Rule<number | readonly number[]> {
  const read = (value: unknown) => {
    if (allows(value)) return value;
    return Array.isArray(value) && value.length >= 1 && value.length <= 4 && value.every(allows)
      ? [...value]
      : undefined;
  };
  return { fallback, accepted: `${each}, ${PER_CHANNEL}`, read };
}

function dataFormatRule<T extends DataFormat | null>(fallback: T): Rule<T | DataFormat> {
  return {
    fallback,
    accepted: "'channels_first' or 'channels_last'",
    read: (value) => (value === 'channels_first' || value === 'channels_last' ? value : undefined),
  };
}

function orNull<T>(read: (value: unknown, square: boolean) => T | undefined) {
  return (value: unknown, square: boolean) => (value === null ? null : read(value, square));
}

function readSize(value: unknown, defaultToSquare: boolean): ResizeSize | undefined {
  if (isSize(value) && !defaultToSquare) return { shortestEdge: value };
  if (typeof value === 'object' && value !== null && Object.values(value).every(isSize)) {
    const keys = Object.keys(value).sort().join();
    const isForm = ['shortestEdge', 'longestEdge,shortestEdge', 'maxHeight,maxWidth'].includes(keys);
    if (isForm) return { ...value } as ResizeSize;
  }
  return readPixelSize(value);
}

function readPixelSize(value: unknown): PixelSize | undefined {
  if (isSize(value)) return { height: value, width: value };
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const [height, width] = value;
    return value.length === 2 && value.every(isSize) ? { height, width } : undefined;
  }
  const { height, width, ...others } = value as Record<string, unknown>;
  return isSize(height) && isSize(width) && Object.keys(others).length === 0 ? { height, width } : undefined;
}

function readRgb(value: unknown): Rgb | undefined {
  const isLevel = (level: unknown) =>
    Number.isInteger(level) && (level as number) >= 0 && (level as number) <= 255;
  if (!Array.isArray(value) || value.length !== 3 || !value.every(isLevel)) return undefined;
  return [value[0], value[1], value[2]];
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isFiniteNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function isFactor(value: unknown): value is number {
  return Number.isFinite(value) && value !== 0;
}
