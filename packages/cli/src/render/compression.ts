// SPDX-License-Identifier: Apache-2.0
/** What smaller weights cost, a line for each type. */
import { columns, humanSize } from './columns.js';

export interface Cost {
  dtype: string;
  /** Of the weights' file. */
  bytes: number;
  /** Cosines of vectors with those of the model as it is. */
  pictures: Cosines;
  labels: Cosines;
  /** Pictures whose likeliest label is still the same. */
  sameLabel: number;
}

interface Cosines {
  mean: number;
  least: number;
}

/** @param original bytes of the weights as float32 */
export function compressionTable(original: number, costs: readonly Cost[], pictures: number): string {
  const rows = costs.map((cost) => [
    cost.dtype,
    humanSize(cost.bytes),
    meanAndLeast(cost.pictures),
    meanAndLeast(cost.labels),
    `${cost.sameLabel} of ${pictures}`,
  ]);
  const header = ['stored as', 'size', 'pictures: mean, least', 'labels: mean, least', 'same label'];
  return columns([header, ['float32', humanSize(original)], ...rows], [1, 2, 3, 4]);
}

function meanAndLeast({ mean, least }: Cosines): string {
  return `${mean.toFixed(6)}  ${least.toFixed(6)}`;
}
