// SPDX-License-Identifier: Apache-2.0
/** The `tfjs-clip` command: its subcommands, what errors look like, exit codes. */
import { createRequire } from 'node:module';
import { Command, CommanderError, Help } from 'commander';
import { defineBench } from './commands/bench.js';
import { defineCache } from './commands/cache.js';
import { defineClassify } from './commands/classify.js';
import { defineCompare } from './commands/compare.js';
import { defineConvert } from './commands/convert.js';
import { defineDownload } from './commands/download.js';
import { defineEmbed } from './commands/embed.js';
import { defineEvaluate } from './commands/evaluate.js';
import { defineInspect } from './commands/inspect.js';
import { exitCodeHelp } from './commands/options.js';
import { defineTrain } from './commands/train.js';
import { ExitCode, messageOf, ReportedError, UsageError } from './errors.js';
import { columnsOf } from './terminal.js';

const description =
  'CLIP on the command line: says which of your labels fits a picture, and turns pictures and texts into vectors that ' +
  'can be compared. Trains models, converts and inspects their files, and fetches them from the Hugging Face hub.\n\n' +
  'Without --model it uses emoji-clip, a small model that comes along and knows emoji and emoji-like pictures. On ' +
  'photographs it mostly guesses; name a real CLIP for those.';

const examples = `
Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip embed pictures/ --out pictures.npy
  $ tfjs-clip train captions.csv --output runs/first
  $ tfjs-clip download openai/clip-vit-base-patch32
  $ tfjs-clip convert ViT-B-32.pt clip --to hf

A command's options, with examples: tfjs-clip classify --help

Environment:
  HF_HOME            where the Hugging Face cache is (~/.cache/huggingface)
  HF_HUB_CACHE       where its models are (hub/ within HF_HOME)
  HF_HUB_OFFLINE=1   use what is in the cache, and ask the hub for nothing
  HF_ENDPOINT        the address of a mirror of the hub
  HF_TOKEN           your access token, for gated models
  COLUMNS=60         draw this wide
  NO_COLOR=1         no colours
  TFJS_CLIP_DEBUG=1  stack traces with errors
`;

/** Runs the command with these arguments, such as `['classify', 'pizza.png', '--labels', 'pizza,dog']`; returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  process.stdout.off('error', endQuietlyWhenNobodyReads).on('error', endQuietlyWhenNobodyReads);
  const program = createProgram();
  try {
    if (args.length === 0) program.outputHelp();
    else await program.parseAsync(args, { from: 'user' });
    return ExitCode.ok;
  } catch (error) {
    return report(error);
  }
}

function createProgram(): Command {
  const { version } = createRequire(import.meta.url)('@tfjs-clip/cli/package.json');
  const program = new Command('tfjs-clip')
    .description(description)
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show this help')
    .configureHelp({ minWidthToWrap: 15, subcommandTerm: withoutOptions })
    .configureOutput({
      outputError: (text, write) => write(text.replace(/^error: /, 'tfjs-clip: ')),
      getOutHelpWidth: () => columnsOf(process.stdout),
    })
    .showHelpAfterError('Add --help to see what is possible.')
    .helpCommand(false)
    .exitOverride()
    .addHelpText('after', examples + exitCodeHelp);
  defineClassify(program);
  defineEmbed(program);
  defineTrain(program);
  defineEvaluate(program);
  defineInspect(program);
  defineConvert(program);
  defineCompare(program);
  defineDownload(program);
  defineCache(program);
  defineBench(program);
  return program;
}

/** Every command has options; saying so of each makes the list wide. */
function withoutOptions(command: Command): string {
  return new Help().subcommandTerm(command).replace(' [options]', '');
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage; // It has spoken.
  if (error instanceof ReportedError) return ExitCode.failed;
  const debug = process.env.TFJS_CLIP_DEBUG === '1' && error instanceof Error;
  process.stderr.write(`tfjs-clip: ${debug ? error.stack : messageOf(error)}${hint(error)}\n`);
  return error instanceof UsageError ? ExitCode.usage : ExitCode.failed;
}

/** The library's errors name its own options; this says how the command spells them. */
function hint(error: unknown): string {
  return (error as { code?: unknown } | null)?.code === 'TOKENIZATION' ? ' Here that is --truncation.' : '';
}

/** `tfjs-clip … | head` closes the pipe early, which is no error. */
function endQuietlyWhenNobodyReads(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit(ExitCode.ok);
}
