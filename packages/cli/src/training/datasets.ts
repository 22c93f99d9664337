// SPDX-License-Identifier: Apache-2.0
import { type FileDataset, openDataset } from '@tfjs-clip/training';
import type { Settings } from './request.js';

/** What is trained on. */
export function openTraining({ dataset, split, ...settings }: Settings): Promise<FileDataset> {
  return openDataset(dataset, { ...columnsOf(settings), split });
}

/** What `--eval` names; of Karpathy's files the part that is there to choose by. */
export function openHeldOut(place: string, settings: ColumnSettings): Promise<FileDataset> {
  return openDataset(place, { ...columnsOf(settings), split: 'val' });
}

type ColumnSettings = Pick<Settings, 'imageRoot' | 'imageColumn' | 'captionColumn'>;

function columnsOf({ imageRoot, imageColumn, captionColumn }: ColumnSettings) {
  return { imageRoot, imageColumn, captionColumn };
}
