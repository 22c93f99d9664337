// SPDX-License-Identifier: Apache-2.0
/** Levels into the numbers that a model reads: level × factor, then (value - mean) / std, each rounded as in transformers. */
import { InvalidArgumentError } from '../../errors.js';
import { isBytes, type PixelImage } from './rawImage.js';

export type DataFormat = 'channels_first' | 'channels_last';

export interface LevelSettings {
  doRescale: boolean;
  rescaleFactor: number;
  doNormalize: boolean;
  /** One for all channels, or one each. */
  imageMean: number | readonly number[];
  imageStd: number | readonly number[];
}

/** From a level of one channel to its single-precision value. */
export type LevelFunction = (level: number) => number;

const { fround } = Math;

/** transformers' Pillow backend: rescaled in double precision, normalised in single. */
export function pillowLevels(settings: LevelSettings, mean: number, std: number): LevelFunction {
  const { doRescale, rescaleFactor, doNormalize } = settings;
  const rescale = (level: number) => (doRescale ? fround(level * rescaleFactor) : level);
  if (!doNormalize) return rescale;
  const [m, s] = [fround(mean), fround(std)];
  return (level) => fround(fround(rescale(level) - m) / s);
}

/** Its torchvision backend: mean and std divided by the factor once, in place of multiplying every level by it. */
export function torchvisionLevels(settings: LevelSettings, mean: number, std: number): LevelFunction {
  const { doRescale, rescaleFactor, doNormalize } = settings;
  if (!doNormalize) {
    const factor = fround(doRescale ? rescaleFactor : 1);
    return (level) => fround(level * factor);
  }
  const scale = doRescale ? fround(1 / rescaleFactor) : 1;
  const [m, s] = [fround(fround(mean) * scale), fround(fround(std) * scale)];
  return (level) => fround(fround(level - m) / s);
}

/** All values of a picture through its channels' functions, in the order of `dataFormat`. */
export function mapLevels(
  image: PixelImage,
  functions: readonly LevelFunction[],
  dataFormat: DataFormat,
): Float32Array {
  const { data, channels } = image;
  const pixels = image.width * image.height;
  const out = new Float32Array(data.length);
  const [channelStep, pixelStep] = dataFormat === 'channels_first' ? [pixels, 1] : [1, channels];
  for (let c = 0; c < channels; c++) {
    const to = c * channelStep;
    if (isBytes(image)) lookUp(image.data, c, channels, tableOf(functions[c]), out, to, pixelStep);
    else for (let i = 0; i < pixels; i++) out[to + i * pixelStep] = functions[c](data[c + i * channels]);
  }
  return out;
}

function tableOf(toValue: LevelFunction): Float32Array {
  return Float32Array.from({ length: 256 }, (_, level) => toValue(level));
}

/** The values of every `step`-th level from `from` on, to every `outStep`-th place from `to` on. */
function lookUp(
  levels: Uint8Array,
  from: number,
  step: number,
  table: Float32Array,
  out: Float32Array,
  to: number,
  outStep: number,
): void {
  for (let at = to; from < levels.length; from += step, at += outStep) out[at] = table[levels[from]];
}

/** One value of `imageMean` or `imageStd` for each channel. */
export function perChannel(
  value: number | readonly number[],
  channels: number,
  name: string,
): readonly number[] {
  if (typeof value === 'number') return new Array(channels).fill(value);
  if (value.length === channels) return value;
  throw new InvalidArgumentError(
    `${name} has ${value.length} values, but the picture has ${channels} channel${channels === 1 ? '' : 's'}; ` +
      'give one value for each, one number for all, or leave doConvertRgb true.',
  );
}
