// SPDX-License-Identifier: Apache-2.0
/** What a command line asks for: a new run, one that is taken up, or a preview. */
import { existsSync, readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { messageOf, RunError, UsageError } from '../errors.js';
import { isFolder } from '../isFolder.js';
import { augmentationText } from './augmentation.js';
import type { TrainFlags, TrainingFlags } from './flags.js';
import { WHAT_TRAINS } from './whatTrainsHelp.js';

/** The run's settings.json. */
export interface Settings extends TrainingFlags {
  dataset: string;
}

/** Not of the run but of how the command is used. */
const OF_THE_COMMAND = ['output', 'resume', 'preview', 'json', 'quiet'] as const;

/**
 * Before anything is loaded.
 *
 * @param given the options that stand on the command line, as commander names them
 * @throws UsageError
 */
export async function settingsOf(
  dataset: string | undefined,
  flags: TrainFlags,
  given: readonly string[],
): Promise<Settings> {
  if (flags.resume !== undefined) return settingsOfRun(flags.resume, dataset, given);
  if (dataset === undefined) {
    throw new UsageError(
      'Nothing to train on. Name a dataset, such as captions.jsonl, or go on with --resume.',
    );
  }
  checkFlags(flags);
  return { dataset: await absolute(dataset), ...(await recorded(flags)) };
}

function checkFlags(flags: TrainFlags): void {
  const { output, preview, train, captions, objective } = flags;
  const mistakes: [boolean, string][] = [
    [
      (output === undefined) === (preview === undefined),
      'Say where the run goes with --output, or only look with --preview.',
    ],
    [flags.steps !== undefined && flags.epochs !== undefined, 'Give --steps or --epochs, not both.'],
    [!WHAT_TRAINS.test(train), `--train ${train}: there are all, text, image, last:N and lora:R.`],
    [
      flags.eval === undefined && (flags.evalEvery ?? flags.patience) !== undefined,
      '--eval-every and --patience go with --eval, which names what to measure on.',
    ],
    [
      captions === 'all' && objective === 'contrastive',
      'With --captions all a picture has several right texts: add --objective multi-positive, or sigmoid.',
    ],
  ];
  for (const [isOne, message] of mistakes) if (isOne) throw new UsageError(message);
  if (output !== undefined) checkOutput(output);
}

function checkOutput(folder: string): void {
  if (!existsSync(folder)) return;
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  if (names.length === 0) return;
  const mend = names.includes('settings.json') ? `go on with its run: --resume ${folder}` : 'empty it';
  throw new UsageError(`--output ${folder}: the folder is not empty. Name another one, or ${mend}.`);
}

async function settingsOfRun(
  folder: string,
  dataset: string | undefined,
  given: readonly string[],
): Promise<Settings> {
  const allowed: readonly string[] = OF_THE_COMMAND.filter((name) => name !== 'output' && name !== 'preview');
  const others = given.filter((name) => !allowed.includes(name));
  if (dataset !== undefined || others.length > 0) {
    const what = dataset ?? `--${others[0].replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    throw new UsageError(`--resume goes on with a run as it was begun: leave out ${what}.`);
  }
  try {
    return JSON.parse(await readFile(path.join(folder, 'settings.json'), 'utf8')) as Settings;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new RunError(`${folder} holds no run.`);
    throw new RunError(`Cannot read ${folder}/settings.json: ${messageOf(error)}.`, { cause: error });
  }
}

/** Paths are kept whole, so that a run can be taken up from elsewhere; of files of options, what they say. */
async function recorded(flags: TrainFlags): Promise<TrainingFlags> {
  const kept = Object.entries(flags).filter(
    ([name]) => !(OF_THE_COMMAND as readonly string[]).includes(name),
  );
  const settings = Object.fromEntries(kept) as unknown as TrainingFlags;
  for (const name of ['imageRoot', 'eval', 'extraCaptions'] as const) {
    const value = settings[name];
    if (value !== undefined) settings[name] = await absolute(value);
  }
  return {
    ...settings,
    augment: await augmentationText(flags.augment),
    augmentCaptions: await augmentationText(flags.augmentCaptions),
    model: (await isFolder(flags.model)) ? path.resolve(flags.model) : flags.model,
  };
}

/** What is a name and no path, such as a preset or shards at a web address, stays. */
async function absolute(place: string): Promise<string> {
  const isPath = existsSync(place) || (/\.tar$/.test(place) && !/^\w+:/.test(place));
  return isPath ? path.resolve(place) : place;
}
