// SPDX-License-Identifier: Apache-2.0
/** What the options of a configuration may be, checked where they come in: from code or from a person's JSON file. */
import { ConfigurationError } from 'tfjs-clip';
import type { Range } from './draw.js';

export interface OptionRule<T> {
  readonly fallback: T;
  /** What is accepted, in words. */
  readonly accepts: string;
  readonly allows: (value: unknown) => boolean;
}

/** A rule for each option. */
export type OptionRules<Options> = { readonly [K in keyof Options]-?: OptionRule<Required<Options>[K]> };

/**
 * Every option by its rule; absent ones take their default.
 *
 * @throws ConfigurationError for another value, and for options that there are not
 */
export function readOptions<Options extends object>(
  rules: OptionRules<Options>,
  given: object,
  where: string,
): Required<Options> {
  const names = Object.keys(rules) as (keyof Options & string)[];
  const unknown = Object.keys(given).find((name) => !(names as string[]).includes(name));
  if (unknown !== undefined) {
    throw new ConfigurationError(`${where} has no option '${unknown}'; its options are ${names.join(', ')}.`);
  }
  const entries = names.map((name) => {
    const value = (given as Options)[name];
    if (value === undefined) return [name, rules[name].fallback];
    if (rules[name].allows(value)) return [name, value];
    throw new ConfigurationError(
      `${where}.${name} is ${JSON.stringify(value)}, but must be ${rules[name].accepts}.`,
    );
  });
  return Object.fromEntries(entries);
}

export function numberFrom(least: number, most: number, fallback: number): OptionRule<number> {
  return { fallback, accepts: `a number from ${least} to ${most}`, allows: isWithin(least, most) };
}

export function probability(fallback: number): OptionRule<number> {
  return numberFrom(0, 1, fallback);
}

/** A range of numbers above 0. */
export function positiveRange(fallback: Range, most = Number.POSITIVE_INFINITY): OptionRule<Range> {
  const limit = Number.isFinite(most) ? ` and at most ${most}` : '';
  const allows = (value: unknown) => isRange(value) && value[0] > 0 && value[1] <= most;
  return { fallback, accepts: `two numbers above 0${limit}, the smaller first`, allows };
}

export function rangeWithin(least: number, most: number, fallback: Range): OptionRule<Range> {
  const allows = (value: unknown) => isRange(value) && value.every(isWithin(least, most));
  return { fallback, accepts: `two numbers from ${least} to ${most}, the smaller first`, allows };
}

/** How far a factor may be from 1, or the factors themselves. */
export function strength(): OptionRule<number | Range> {
  const isFactor = isWithin(0, Number.MAX_VALUE);
  const allows = (value: unknown) => isFactor(value) || (isRange(value) && value.every(isFactor));
  return {
    fallback: 0,
    accepts: 'a number of at least 0, or two of them, the smaller first',
    allows,
  };
}

/** How far to turn at most, in both directions, or from where to where. */
export function turn(most: number): OptionRule<number | Range> {
  const range = rangeWithin(-most, most, [0, 0]);
  const allows = (value: unknown) => isWithin(0, most)(value) || range.allows(value);
  return { fallback: 0, accepts: `a number from 0 to ${most}, or ${range.accepts}`, allows };
}

export function rule<T>(fallback: T, accepts: string, allows: (value: unknown) => boolean): OptionRule<T> {
  return { fallback, accepts, allows };
}

export const COLOR = 'three whole numbers from 0 to 255';

export function isColor(value: unknown): boolean {
  const isLevel = (level: unknown) => Number.isInteger(level) && isWithin(0, 255)(level);
  return Array.isArray(value) && value.length === 3 && value.every(isLevel);
}

function isWithin(least: number, most: number) {
  return (value: unknown) =>
    Number.isFinite(value) && (value as number) >= least && (value as number) <= most;
}

function isRange(value: unknown): value is Range {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isFinite) && value[0] <= value[1];
}
