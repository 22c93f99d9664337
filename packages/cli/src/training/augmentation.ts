// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import type { AugmentationConfig } from '@tfjs-clip/training';
import { messageOf, RunError } from '../errors.js';

/** A preset's name, which the library checks, or the steps in a JSON file. */
export async function readAugmentation(presetOrFile: string): Promise<AugmentationConfig> {
  if (!/\.json$/i.test(presetOrFile)) return presetOrFile as AugmentationConfig;
  try {
    return JSON.parse(await readFile(presetOrFile, 'utf8')) as AugmentationConfig;
  } catch (error) {
    throw new RunError(`Cannot read the augmentation ${presetOrFile}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
