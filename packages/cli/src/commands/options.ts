// SPDX-License-Identifier: Apache-2.0
/** What several commands share: options, how their values are read, the help on exit codes. */
import { type Command, InvalidArgumentError } from 'commander';
import type { BackendName, PreprocessOptions } from 'tfjs-clip';
import { backendHelp, backendNames } from '../backendNames.js';
import { ReportedError, RunError } from '../errors.js';

export interface OutputFlags {
  json?: boolean;
  quiet?: boolean;
}

export interface ModelFlags {
  model: string;
  backend?: BackendName;
}

export interface SharedFlags extends OutputFlags, ModelFlags {
  truncation?: boolean;
}

export interface PictureFlags {
  alphaBackground?: Rgb;
}

type Rgb = [red: number, green: number, blue: number];

export const pictureArgument =
  'PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF: files, web addresses, folders (not their subfolders), or - for standard input';

export const exitCodeHelp = `
Exit codes:
  0  all is well
  1  something could not be done: a picture that cannot be read, no such model
  2  the command line makes no sense
`;

export function addSharedOptions(command: Command): Command {
  addModelOptions(command).option(
    '--truncation',
    "cut texts that are longer than the model's context, instead of refusing them",
  );
  return addOutputOptions(command);
}

export function addModelOptions(command: Command): Command {
  return command
    .option('-m, --model <id>', 'a folder, a web address, a Hugging Face id, or emoji-clip', 'emoji-clip')
    .option(
      '-b, --backend <name>',
      'what to compute with, see below (default: the fastest there is)',
      parseBackend,
    )
    .addHelpText('after', backendHelp);
}

export function addOutputOptions(command: Command): Command {
  return command
    .option('--json', 'print one JSON document')
    .option('-q, --quiet', 'only errors on standard error: no remarks, no progress');
}

export function addPictureOptions(command: Command): Command {
  return command.option(
    '--alpha-background <color>',
    "put transparent pictures on this colour, such as '#ffffff' (default: what the model asks for)",
    parseColor,
  );
}

export function imageOptions({ alphaBackground }: PictureFlags): PreprocessOptions {
  return alphaBackground ? { alphaBackground } : {};
}

/** Whether transparency is lost: neither the model nor the user names a colour to put pictures on. */
export function dropsAlpha(processor: { alphaBackground?: unknown }, flags: PictureFlags): boolean {
  return !processor.alphaBackground && !flags.alphaBackground;
}

/**
 * Failures were reported one by one; the exit code must tell of them too.
 *
 * @param unwritten the file that there is not because of them
 */
export function failIfAny(failed: number, succeeded: number, unwritten?: string): void {
  if (failed === 0) return;
  const all = failed + succeeded;
  if (all > 1) {
    const consequence = unwritten === undefined ? '' : `, so ${unwritten} was not written`;
    throw new RunError(`${failed} of ${all} could not be read${consequence}.`);
  }
  throw unwritten === undefined ? new ReportedError() : new RunError(`${unwritten} was not written.`);
}

export function parseCount(text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Give a whole number of at least 1.');
}

function parseBackend(text: string): BackendName {
  const name = backendNames.find((known) => known === text);
  if (name) return name;
  throw new InvalidArgumentError(`There are ${backendNames.join(', ')}.`);
}

function parseColor(text: string): Rgb {
  const hex = text.replace(/^#/, '').replace(/^([\da-f])([\da-f])([\da-f])$/i, '$1$1$2$2$3$3');
  if (!/^[\da-f]{6}$/i.test(hex)) {
    throw new InvalidArgumentError("Give red, green and blue as hexadecimal digits, in quotes: '#ffffff'.");
  }
  return [0, 2, 4].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)) as Rgb;
}
