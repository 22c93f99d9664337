// SPDX-License-Identifier: Apache-2.0
/** `--preview`: what a run would show its model, to look at before hours are spent on it. */
import path from 'node:path';
import { type AugmentationConfig, contactSheet } from '@tfjs-clip/training';
import { CLIPProcessor } from 'tfjs-clip';
import { writeAtomically } from '../atomicWrite.js';
import { useBackend } from '../backend.js';
import { UsageError } from '../errors.js';
import { isFolder } from '../isFolder.js';
import type { Terminal } from '../terminal.js';
import { parseAugmentation } from './augmentation.js';
import { openCaptions } from './captions.js';
import { openTraining } from './datasets.js';
import type { Settings } from './request.js';

export async function writePreview(file: string, settings: Settings, terminal: Terminal): Promise<void> {
  if (path.extname(file) !== '.png') throw new UsageError(`--preview ${file}: the name must end in .png.`);
  const folder = path.dirname(file);
  if (!(await isFolder(folder))) throw new UsageError(`--preview ${file}: there is no folder ${folder}.`);
  await useBackend('cpu', () => {}); // Nothing is computed but pixels.
  const { captions, seed } = settings;
  const dataset = await openTraining(settings);
  terminal.remark(`dataset: ${settings.dataset}: ${dataset.describe()}`);
  const png = await contactSheet(dataset, {
    ...{ captions, seed },
    processor: await CLIPProcessor.fromPretrained(settings.model),
    augmentation: parseAugmentation<AugmentationConfig>(settings.augment),
    captionAugmentation: await openCaptions(settings, dataset, terminal),
    onBroken: ({ key, problem }) => terminal.remark(`left out: ${key}: ${problem}`),
  });
  await writeAtomically(file, png);
  terminal.remark(`wrote ${file}`);
}
