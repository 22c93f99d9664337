// SPDX-License-Identifier: Apache-2.0
/** Command lines that make no sense; test/cli/train.test.ts runs the command. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, CommanderError } from 'commander';
import { thrown } from '../../../../test/harness/thrown.js';
import { RunError, UsageError } from '../errors.js';
import { defineTrain } from './train.js';

const start = process.cwd();
const cwd = mkdtempSync(path.join(tmpdir(), 'tfjs-clip-'));
afterAll(() => rmSync(cwd, { recursive: true }));

function parse(line: string): Promise<unknown> {
  const program = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  defineTrain(program);
  return program.parseAsync(line.split(' '), { from: 'user' });
}

describe('mistakes', () => {
  beforeAll(() => {
    process.chdir(cwd);
    mkdirSync(path.join(cwd, 'full'));
    writeFileSync(path.join(cwd, 'full/notes.txt'), '');
    mkdirSync(path.join(cwd, 'begun'));
    writeFileSync(path.join(cwd, 'begun/settings.json'), '{}');
  });

  afterAll(() => process.chdir(start));

  it.each([
    ['train', 2, 'Nothing to train on. Name a dataset, such as captions.jsonl, or go on with --resume.'],
    ['train a.csv', 2, 'Say where the run goes with --output, or only look with --preview.'],
    [
      'train a.csv -o a --preview a.png',
      2,
      'Say where the run goes with --output, or only look with --preview.',
    ],
    ['train a.csv -o a --steps 1 --epochs 1', 2, 'Give --steps or --epochs, not both.'],
    [
      ...(['train a.csv -o a --captions all', 2] as const),
      'With --captions all a picture has several right texts: add --objective multi-positive, or sigmoid.',
    ],
    ['train a.csv -o a --train half', 2, '--train half: there are all, text, image, last:N and lora:R.'],
    [
      ...(['train a.csv -o a --patience 2', 2] as const),
      '--eval-every and --patience go with --eval, which names what to measure on.',
    ],
    ['train a.csv -o full', 2, '--output full: the folder is not empty. Name another one, or empty it.'],
    [
      ...(['train a.csv -o begun', 2] as const),
      '--output begun: the folder is not empty. Name another one, or go on with its run: --resume begun.',
    ],
    ['train --resume full', 1, 'full holds no run.'],
    ['train --resume full --seed 3', 2, '--resume goes on with a run as it was begun: leave out --seed.'],
    ['train a.csv --resume full', 2, '--resume goes on with a run as it was begun: leave out a.csv.'],
    [
      ...(['train a.csv -o a --augment-captions [1', 2] as const),
      "The augmentation [1 is not JSON: Expected ',' or ']' after array element in JSON at position 2.",
    ],
    [
      ...(['train a.csv -o a --augment-captions no.json', 1] as const),
      "Cannot read the augmentation no.json: ENOENT: no such file or directory, open 'no.json'.",
    ],
  ])('%s', async (line, exitCode, message) => {
    const kind = exitCode === 2 ? UsageError : RunError;
    expect(await thrown(() => parse(line))).toStrictEqual(new kind(message));
  });

  it.each([
    ['--warmup 200%', "Give a number of steps, or a part of all such as '10%'."],
    ['--learning-rate fast', 'Give a number from 0 to 1.'],
    ['--schedule step', 'There are constant, linear, cosine.'],
    ['--seed -1', 'Give a whole number.'],
  ])('%s', async (option, message) => {
    const error = await thrown(() => parse(`train a.csv -o a ${option}`));
    expect(error).toBeInstanceOf(CommanderError);
    expect((error as Error).message).toContain(`is invalid. ${message}`);
  });
});
