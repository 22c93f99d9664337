// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip download`: a model of the hub into the cache. */
import type { Command } from 'commander';
import { createTerminal, type Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';
import { addOutputOptions, exitCodeHelp, type OutputFlags } from './options.js';

interface DownloadFlags extends OutputFlags {
  revision?: string;
  include?: string[];
  force?: boolean;
}

const description =
  'Fetches a model from the Hugging Face hub into the cache that Python shares, and prints its folder there. What is ' +
  'there already is not fetched again; what broke off goes on from where it was. Where there are no weights, nothing is ' +
  'fetched.';

const examples = `
Examples:
  $ tfjs-clip download openai/clip-vit-base-patch32
  $ tfjs-clip download openai/clip-vit-base-patch32 --revision refs/pr/1
  $ tfjs-clip download openai/clip-vit-base-patch32 --include config.json

JSON:
  {"id": …, "revision": "main", "folder": …}
`;

export function defineDownload(program: Command): void {
  const command = program
    .command('download')
    .summary('fetch a model from the hub into the cache')
    .description(description)
    .argument('<id>', 'an owner and a name, such as openai/clip-vit-base-patch32')
    .option('--revision <name>', 'a branch, a tag or a commit', 'main')
    .option('--include <file...>', 'only these files (default: all that a CLIP model needs)')
    .option('--force', 'fetch anew what is in the cache');
  addOutputOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((id: string, flags: DownloadFlags) => download(id, flags, createTerminal(flags)));
}

async function download(id: string, flags: DownloadFlags, terminal: Terminal): Promise<void> {
  const { downloadModel } = await import('tfjs-clip');
  const { revision, include: files, force: forceDownload } = flags;
  const folder = await withTransferProgress(`downloading ${id}`, terminal, (progressCallback) =>
    downloadModel(id, { revision, files, forceDownload, progressCallback }),
  );
  terminal.out(flags.json ? `${JSON.stringify({ id, revision, folder })}\n` : `${folder}\n`);
}
