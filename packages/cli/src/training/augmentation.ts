// SPDX-License-Identifier: Apache-2.0
/** What `--augment` and `--augment-captions` take: a preset's name, options as JSON, or a JSON file of them. */
import { readFile } from 'node:fs/promises';
import { messageOf, RunError, UsageError } from '../errors.js';

/** A file's text stands for it, so that a run keeps what it began with; a preset's name stays. */
export async function augmentationText(given: string): Promise<string> {
  if (isJSON(given)) {
    parse(given, (reason) => new UsageError(`The augmentation ${given} is not JSON: ${reason}.`));
    return given;
  }
  if (!/\.json$/i.test(given)) return given;
  const failed = (reason: string) => new RunError(`Cannot read the augmentation ${given}: ${reason}.`);
  const text = await readFile(given, 'utf8').catch((error) => {
    throw failed(messageOf(error));
  });
  return JSON.stringify(parse(text, failed));
}

/** Whether there is such a preset, and whether the options make sense, the library checks. */
export function parseAugmentation<Config>(text: string): Config {
  return (isJSON(text) ? JSON.parse(text) : text) as Config;
}

function isJSON(text: string): boolean {
  return /^\s*[[{]/.test(text);
}

function parse(text: string, failed: (reason: string) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw failed(messageOf(error));
  }
}
