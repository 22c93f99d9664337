// SPDX-License-Identifier: Apache-2.0
/** Sentences that class names are put into, at `{}`. The mean of several says more of a class than one does. */
import { InvalidArgumentError } from 'tfjs-clip';
import { imagenet, satellite } from './openAI.js';

/** Our own sets, and OpenAI's, by name. */
export const TEMPLATES = {
  simple: ['a photo of a {}.'],
  imagenet,
  satellite,
  /** The one that CLIP-RSICD's figures were made with. */
  rsicd: ['Aerial photograph of {}'],
  /** Those of emoji-clip's model card. */
  emoji: ['{}', 'a picture of {}', 'an emoji of {}'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type TemplateSet = keyof typeof TEMPLATES;

/**
 * A file of templates: one a line, with `{}` where the name goes; empty lines are left out.
 *
 * @throws InvalidArgumentError for a line without `{}`, or no lines
 */
export function parseTemplates(text: string): string[] {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  checkTemplates(lines);
  return lines;
}

export function checkTemplates(templates: readonly string[]): void {
  if (templates.length === 0) {
    throw new InvalidArgumentError("There are no templates; give at least one, such as 'a photo of a {}.'.");
  }
  const wrong = templates.find((template) => !template.includes('{}'));
  if (wrong === undefined) return;
  throw new InvalidArgumentError(
    `The template '${wrong}' has no {}, where the name of a class goes; for example 'a photo of a {}.'.`,
  );
}
