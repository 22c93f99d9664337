// SPDX-License-Identifier: Apache-2.0
/** The labels of a command line: from --labels, --label and --labels-file together, in this order. */
import { readFile } from 'node:fs/promises';
import { type Command, InvalidArgumentError } from 'commander';
import { systemReason, UsageError } from './errors.js';

export interface LabelFlags {
  labels?: string;
  label?: string[];
  labelsFile?: string;
  template: string;
}

export function addLabelOptions(command: Command): Command {
  return command
    .option('-l, --labels <list>', 'what the pictures may show, separated by commas')
    .option('--label <text>', 'one more label, which may contain commas; can be repeated', collect)
    .option('--labels-file <file>', 'a text file with one label a line')
    .option(
      '-t, --template <text>',
      'the sentence a label is put into, at {}',
      parseTemplate,
      'This is a photo of {}.',
    );
}

/** @throws UsageError for no labels, an empty label, two equal labels, or a file that cannot be read */
export async function readLabels({
  labels,
  label,
  labelsFile,
}: Omit<LabelFlags, 'template'>): Promise<string[]> {
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

export function promptOf(label: string, template: string): string {
  return template.replaceAll('{}', () => label);
}

export async function linesOf(file: string): Promise<string[]> {
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

function parseTemplate(text: string): string {
  if (text.includes('{}')) return text;
  throw new InvalidArgumentError("It must contain {}, where the label goes: 'a drawing of {}'.");
}

function collect(text: string, earlier: string[] = []): string[] {
  return [...earlier, text];
}
