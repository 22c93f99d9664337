// SPDX-License-Identifier: Apache-2.0
/** The labels of a command line: from --labels, --label and --labels-file together, in this order. */
import { readFile } from 'node:fs/promises';
import { systemReason, UsageError } from './errors.js';

export interface LabelFlags {
  labels?: string;
  label?: string[];
  labelsFile?: string;
}

/** @throws UsageError for no labels, an empty label, two equal labels, or a file that cannot be read */
export async function readLabels({ labels, label, labelsFile }: LabelFlags): Promise<string[]> {
  const all = [
    ...(labels === undefined ? [] : labels.split(',').map((text) => text.trim())),
    ...(label ?? []).map((text) => text.trim()),
    ...(labelsFile === undefined ? [] : await linesOf(labelsFile)),
  ];
  if (all.length === 0) {
    throw new UsageError('No labels. Say what the picture may show: --labels cat,dog,rocket');
  }
  if (all.includes('')) {
    throw new UsageError('A label is empty. Write labels without stray commas: --labels cat,dog,rocket');
  }
  const repeated = all.find((text, i) => all.indexOf(text) < i);
  if (repeated !== undefined) {
    throw new UsageError(`The label '${repeated}' is given twice. Probabilities need distinct labels.`);
  }
  return all;
}

async function linesOf(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch((error) => {
    throw new UsageError(`Cannot read the labels file ${file}: ${systemReason(error)}.`);
  });
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.trim())
    .filter(Boolean);
  if (lines.length > 0) return lines;
  throw new UsageError(`The labels file ${file} has no labels. Write one a line.`);
}
