// SPDX-License-Identifier: Apache-2.0
/** What smaller weights cost, a line for each type. */
import type { CompressionReport, Cosines } from 'tfjs-clip';
import { columns, humanSize } from './columns.js';

/** @param dtypes the names of what `report` compares, in its order */
export function compressionTable(
  dtypes: readonly string[],
  { original, compressed }: CompressionReport,
  pictures: number,
): string {
  const rows = compressed.map(({ bytes, images, texts, top1Agreement }, i) => [
    dtypes[i],
    humanSize(bytes),
    meanAndLeast(images),
    meanAndLeast(texts),
    `${Math.round(top1Agreement * pictures)} of ${pictures}`,
  ]);
  const header = ['stored as', 'size', 'pictures: mean, least', 'labels: mean, least', 'same label'];
  return columns([header, ['float32', humanSize(original.bytes)], ...rows], [1, 2, 3, 4]);
}

function meanAndLeast({ mean, min }: Cosines): string {
  return `${mean.toFixed(6)}  ${min.toFixed(6)}`;
}
