// SPDX-License-Identifier: Apache-2.0
/** The six filters of `PIL.Image.Resampling`: their numbers, names and formulas (Pillow, src/libImaging/Resample.c). */
import { InvalidArgumentError } from '../../errors.js';

export const RESAMPLING = { nearest: 0, lanczos: 1, bilinear: 2, bicubic: 3, box: 4, hamming: 5 } as const;

export type ResamplingName = keyof typeof RESAMPLING;
/** PIL's number, as preprocessor_config.json has it, or the filter's name. */
export type Resampling = 0 | 1 | 2 | 3 | 4 | 5 | ResamplingName;

export interface ResamplingFilter {
  /** Weight of a source pixel at distance `x` from the centre, in pixels of the smaller scale. */
  weight(x: number): number;
  /** Distance beyond which the weight is 0. */
  support: number;
}

export const FILTERS: Record<Exclude<ResamplingName, 'nearest'>, ResamplingFilter> = {
  box: { weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0), support: 0.5 },
  bilinear: { weight: (x) => Math.max(0, 1 - Math.abs(x)), support: 1 },
  hamming: { weight: hamming, support: 1 },
  bicubic: { weight: bicubic, support: 2 },
  lanczos: { weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0), support: 3 },
};

/** @throws InvalidArgumentError for a number or name that PIL does not know. */
export function resamplingName(resample: unknown): ResamplingName {
  for (const [name, number] of Object.entries(RESAMPLING)) {
    if (resample === name || resample === number) return name as ResamplingName;
  }
  const accepted = Object.entries(RESAMPLING).map(([name, number]) => `${number} or '${name}'`);
  throw new InvalidArgumentError(`resample must be ${accepted.join(', ')}; got ${JSON.stringify(resample)}.`);
}

// Pillow writes the window's two numbers as single-precision literals.
const HAMMING_A = Math.fround(0.54);
const HAMMING_B = Math.fround(0.46);

function hamming(x: number): number {
  const distance = Math.abs(x);
  if (distance === 0) return 1;
  if (distance >= 1) return 0;
  const angle = distance * Math.PI;
  return (Math.sin(angle) / angle) * (HAMMING_A + HAMMING_B * Math.cos(angle));
}

/** Keys' cubic convolution with a = -0.5. */
function bicubic(x: number): number {
  const d = Math.abs(x);
  if (d < 1) return (1.5 * d - 2.5) * d * d + 1;
  if (d < 2) return (((d - 5) * d + 8) * d - 4) * -0.5;
  return 0;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  return Math.sin(x * Math.PI) / (x * Math.PI);
}
