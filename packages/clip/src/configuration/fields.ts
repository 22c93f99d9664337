// SPDX-License-Identifier: Apache-2.0
/** What a configuration's fields may hold, checked once where they come in: from code or from a stranger's config.json. */
import { ConfigurationError } from '../errors.js';
import { toCamelCase, toSnakeCase } from './snakeCase.js';

export type JSONObject = { [key: string]: unknown };

/** Returns the checked value, or throws ConfigurationError; `path` is the field as config.json spells it. */
export type FieldRule<T> = { readonly fallback: T; readonly check: (value: unknown, path: string) => T };

export type FieldRules<Fields> = { readonly [K in keyof Fields]: FieldRule<Fields[K]> };

export function positiveInteger(fallback: number): FieldRule<number> {
  return rule(fallback, 'a positive integer', (v) => Number.isSafeInteger(v) && (v as number) > 0);
}

/** A number of things that are made one by one, before any weight can show that a stranger's file exaggerates. */
export function count(fallback: number, limit: number): FieldRule<number> {
  const allows = (v: unknown) => Number.isSafeInteger(v) && (v as number) > 0 && (v as number) <= limit;
  return rule(fallback, `an integer from 1 to ${limit}`, allows);
}

export function finiteNumber(fallback: number): FieldRule<number> {
  return rule(fallback, 'a finite number', Number.isFinite);
}

export function positiveNumber(fallback: number): FieldRule<number> {
  return rule(fallback, 'a positive number', (v) => Number.isFinite(v) && (v as number) > 0);
}

export function probability(fallback: number): FieldRule<number> {
  return rule(fallback, 'a number from 0 to below 1', (v) => typeof v === 'number' && v >= 0 && v < 1);
}

export function tokenId(fallback: number | null): FieldRule<number | null> {
  return rule(
    fallback,
    'a token id or null',
    (v) => v === null || (Number.isSafeInteger(v) && (v as number) >= 0),
  );
}

export function oneOf<const T extends string>(values: readonly T[], fallback: T): FieldRule<T> {
  return rule(fallback, `one of ${values.join(', ')}`, (v) => (values as readonly unknown[]).includes(v));
}

/** A square size: HF's type allows `[224, 224]` beside 224. */
export function squareSize(fallback: number): FieldRule<number> {
  const integer = positiveInteger(fallback);
  const check = (value: unknown, path: string) => {
    const square = Array.isArray(value) && value.length === 2 && value[0] === value[1];
    return integer.check(square ? value[0] : value, path);
  };
  return { fallback, check };
}

/** Reads every field by its rule; absent ones take their default, unknown ones are returned apart. */
export function readFields<Fields extends object>(
  rules: FieldRules<Fields>,
  options: Partial<Fields>,
  where: string,
): { fields: Fields; unknown: JSONObject } {
  const fields = {} as Fields;
  for (const key of Object.keys(rules) as (keyof Fields & string)[]) {
    const value = options[key];
    fields[key] =
      value === undefined ? rules[key].fallback : rules[key].check(value, `${where}.${toSnakeCase(key)}`);
  }
  const unknown = Object.fromEntries(
    Object.entries(options).filter(([key, value]) => !Object.hasOwn(rules, key) && value !== undefined),
  );
  return { fields, unknown };
}

/** Known fields of a snake_case JSON object in camelCase; keys we do not know stay as they are written. */
export function fromSnakeCase<Fields>(
  rules: FieldRules<Fields>,
  json: JSONObject,
): Partial<Fields> & JSONObject {
  const entries = Object.entries(json).map(([key, value]) => {
    const camel = toCamelCase(key);
    return [Object.hasOwn(rules, camel) ? camel : key, value];
  });
  return Object.fromEntries(entries);
}

export function asObject(value: unknown, path: string): JSONObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JSONObject;
  throw new ConfigurationError(`${path} must be an object, got ${JSON.stringify(value)}.`);
}

function rule<T>(fallback: T, accepted: string, allows: (value: unknown) => boolean): FieldRule<T> {
  const check = (value: unknown, path: string) => {
    if (allows(value)) return value as T;
    throw new ConfigurationError(`${path} must be ${accepted}, got ${JSON.stringify(value)}.`);
  };
  return { fallback, check };
}
