// SPDX-License-Identifier: Apache-2.0
/** The options of both evaluations: where the data is, and what is written. */
import path from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  addPictureOptions,
  addSharedOptions,
  type PictureFlags,
  parseCount,
  type SharedFlags,
} from '../commands/options.js';
import { UsageError } from '../errors.js';
import { isFolder } from '../isFolder.js';

export interface EvaluationFlags extends SharedFlags, PictureFlags {
  at: number[];
  batchSize: number;
  imageColumn?: string;
  imageRoot?: string;
  split: string;
}

export function addEvaluationOptions(command: Command, at: readonly number[]): Command {
  command
    .addOption(
      new Option('--at <list>', 'the k to count hits among').argParser(parseRanks).default(at, at.join(',')),
    )
    .option(
      '--image-column <name>',
      'of a table: the column with the paths of pictures (default: found by its name)',
    )
    .option('--image-root <folder>', 'where the pictures of a table are (default: its own folder)')
    .option('--split <name>', "which part of one of Karpathy's files", 'test')
    .option('--batch-size <count>', 'pictures and sentences at once', parseCount, 16);
  addPictureOptions(command);
  return addSharedOptions(command);
}

/** Before anything is loaded. */
export async function checkOutput(option: string, file: string | undefined, ending: string): Promise<void> {
  if (file === undefined) return;
  if (path.extname(file) !== ending)
    throw new UsageError(`${option} ${file}: the name must end in ${ending}.`);
  const folder = path.dirname(file);
  if (!(await isFolder(folder))) throw new UsageError(`${option} ${file}: there is no folder ${folder}.`);
  if (await isFolder(file))
    throw new UsageError(`${option} ${file}: that is a folder; give the name of a file.`);
}

function parseRanks(text: string): number[] {
  if (/^[1-9]\d*(,[1-9]\d*)*$/.test(text))
    return [...new Set(text.split(',').map(Number))].sort((a, b) => a - b);
  throw new InvalidArgumentError('Give whole numbers of at least 1, separated by commas: 1,5,10.');
}
