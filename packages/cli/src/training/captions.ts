// SPDX-License-Identifier: Apache-2.0
/** What `--augment-captions` and `--extra-captions` ask for, told before it is done. */
import {
  type CaptionConfig,
  captionAugmentation,
  type ExtraCaptions,
  type FileDataset,
  readExtraCaptions,
  unmatchedNames,
} from '@tfjs-clip/training';
import { RunError } from '../errors.js';
import { grouped } from '../render/columns.js';
import type { Terminal } from '../terminal.js';
import { parseAugmentation } from './augmentation.js';
import type { Settings } from './request.js';

/** Undefined where captions stay as they are. */
export async function openCaptions(
  { augmentCaptions, extraCaptions }: Settings,
  dataset: FileDataset,
  terminal: Terminal,
): Promise<ReturnType<typeof captionAugmentation> | undefined> {
  if (augmentCaptions === 'none' && extraCaptions === undefined) return undefined;
  const extra = extraCaptions === undefined ? undefined : await readExtraCaptions(extraCaptions);
  const augmentation = captionAugmentation(parseAugmentation<CaptionConfig>(augmentCaptions), extra);
  if (augmentCaptions !== 'none') terminal.remark(`captions: ${augmentCaptions}`);
  if (extra) await describeExtra(extraCaptions!, extra, dataset, terminal);
  return augmentation;
}

async function describeExtra(
  file: string,
  extra: ExtraCaptions,
  dataset: FileDataset,
  terminal: Terminal,
): Promise<void> {
  const all = count(extra, [...extra.keys()]);
  if (dataset.size === null) {
    terminal.remark(`extra captions: ${file}: ${grouped(all)}, matched as the shards are read`);
    return;
  }
  const unmatched = await unmatchedNames(extra, dataset);
  if (unmatched.length === extra.size) {
    const names = extra.size > 0 ? `; it names ${someOf(unmatched)}` : '';
    throw new RunError(`--extra-captions ${file}: none is of a picture of the dataset${names}.`);
  }
  const matched = all - count(extra, unmatched);
  const pictures = extra.size - unmatched.length;
  terminal.remark(
    `extra captions: ${file}: ${grouped(matched)} of ${grouped(all)}, for ${grouped(pictures)} ${pictures === 1 ? 'picture' : 'pictures'}`,
  );
  if (unmatched.length > 0)
    terminal.remark(`left out: extra captions of pictures that the dataset lacks: ${someOf(unmatched)}`);
}

function count(extra: ExtraCaptions, names: readonly string[]): number {
  return names.reduce((sum, name) => sum + extra.get(name)!.length, 0);
}

const SHOWN = 3;

function someOf(names: readonly string[]): string {
  const more = names.length > SHOWN ? ` and ${grouped(names.length - SHOWN)} more` : '';
  return names.slice(0, SHOWN).join(', ') + more;
}
