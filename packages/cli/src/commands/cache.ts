// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip cache`: what is in the Hugging Face cache, tidying it, checking it. */
import type { Command } from 'commander';
import type { CachedModel } from 'tfjs-clip';
import { confirm } from '../confirm.js';
import { RunError } from '../errors.js';
import { columns, humanSize } from '../render/columns.js';
import { jsonDocument } from '../render/json.js';
import { createTerminal, type Terminal } from '../terminal.js';
import { addOutputOptions, exitCodeHelp, type OutputFlags } from './options.js';

interface RemoveFlags extends OutputFlags {
  revision?: string;
  yes?: boolean;
}

const description =
  'Shows, tidies and checks the cache of the Hugging Face hub, which Python shares. It is in HF_HUB_CACHE, or in hub/ ' +
  'within HF_HOME, or in ~/.cache/huggingface/hub.';

const examples = `
Examples:
  $ tfjs-clip cache ls
  $ tfjs-clip cache rm openai/clip-vit-base-patch32
  $ tfjs-clip cache rm openai/clip-vit-base-patch32 --revision refs/pr/1 --yes
  $ tfjs-clip cache verify
`;

const listJSON = `
JSON:
  {"size": …, "models": [{"id": …, "path": …, "size": …, "incomplete": …, "revisions": [
    {"commit": …, "refs": ["main"], "path": …, "size": …, "lastModified": …, "files": […]}]}]}
`;

const removeJSON = `
JSON:
  {"id": …, "revision": …, "freed": 605247912}
`;

const verifyJSON = `
JSON:
  {"problems": 0, "models": [
    {"id": …, "checked": 7, "unknown": 0, "problems": [{"path": …, "problem": …}]}]}
  The exit code is 1 if there are problems.
`;

export function defineCache(program: Command): void {
  const cache = program
    .command('cache')
    .summary('show, tidy and check downloaded models')
    .description(description)
    .helpCommand(false)
    .addHelpText('after', examples + exitCodeHelp);
  const ls = cache
    .command('ls')
    .summary('list the models')
    .description('Lists the models in the cache, with their sizes.');
  addOutputOptions(ls).addHelpText('after', listJSON + exitCodeHelp);
  ls.action((flags: OutputFlags) => list(flags, createTerminal(flags)));
  const rm = cache
    .command('rm')
    .summary('remove a model, or a revision of it')
    .description(
      'Removes a model, or one revision of it with the contents that no other one has. Asks first.',
    )
    .argument('<id>', 'such as openai/clip-vit-base-patch32')
    .option('--revision <name>', 'a branch, a tag or a commit (default: all)')
    .option('-y, --yes', 'do not ask; needed where there is no terminal');
  addOutputOptions(rm).addHelpText('after', removeJSON + exitCodeHelp);
  rm.action((id: string, flags: RemoveFlags) => remove(id, flags, createTerminal(flags)));
  const verify = cache
    .command('verify')
    .summary('check the files')
    .description(
      'Computes the hash of every file in the cache and compares it with the one that the hub gave.',
    )
    .argument('[id]', 'only this model');
  addOutputOptions(verify).addHelpText('after', verifyJSON + exitCodeHelp);
  verify.action((id: string | undefined, flags: OutputFlags) => check(id, flags, createTerminal(flags)));
}

async function list({ json }: OutputFlags, terminal: Terminal): Promise<void> {
  const { listCache } = await import('tfjs-clip');
  const models = await listCache();
  const size = models.reduce((sum, model) => sum + model.size, 0);
  if (json) return terminal.out(jsonDocument({ size }, 'models', models));
  if (models.length === 0) return terminal.remark('The cache is empty.');
  const rows = models.flatMap(modelRows);
  const all = ['all', humanSize(size)];
  terminal.out(columns([['model', 'size', 'revisions', 'last change'], ...rows, all], [1]));
}

function modelRows({ id, size, incomplete, revisions }: CachedModel): string[][] {
  const names = revisions.map(({ refs, commit }) => (refs.length > 0 ? refs.join(' ') : commit.slice(0, 8)));
  const latest = Math.max(...revisions.map(({ lastModified }) => lastModified.getTime()));
  const date = revisions.length > 0 ? new Date(latest).toISOString().slice(0, 10) : '';
  const row = [id, humanSize(size), names.join(', ') || '-', date];
  return incomplete > 0 ? [row, ['  of it incomplete', humanSize(incomplete)]] : [row];
}

async function remove(id: string, { revision, yes, json }: RemoveFlags, terminal: Terminal): Promise<void> {
  const { listCache, removeFromCache } = await import('tfjs-clip');
  const model = (await listCache()).find((cached) => cached.id === id);
  // What is not there is refused by removing it, with better words.
  if (model && !yes) {
    const what = revision === undefined ? `${id} (${humanSize(model.size)})` : `${id} at ${revision}`;
    if (!(await confirm(`Remove ${what} from the cache?`))) {
      return terminal.remark('Nothing was removed.');
    }
  }
  const freed = await removeFromCache(id, { revision });
  if (json) terminal.out(`${JSON.stringify({ id, revision, freed })}\n`);
  else
    terminal.remark(
      `removed ${id}${revision === undefined ? '' : ` at ${revision}`}: ${humanSize(freed)} free`,
    );
}

async function check(id: string | undefined, { json }: OutputFlags, terminal: Terminal): Promise<void> {
  const { verifyCache } = await import('tfjs-clip');
  const checks = await verifyCache(id);
  const problems = checks.flatMap((one) => one.problems);
  if (json) terminal.out(jsonDocument({ problems: problems.length }, 'models', checks));
  else {
    if (checks.length === 0) terminal.remark('The cache is empty.');
    for (const { id, checked, unknown, problems } of checks) {
      const hashless = unknown > 0 ? `, ${unknown} without a hash to compare` : '';
      const verdict = problems.length === 0 ? 'sound' : `${problems.length} broken`;
      terminal.out(`${id}: ${verdict}, ${checked} checked${hashless}\n`);
    }
    for (const { path, problem } of problems) terminal.error(`${path}: ${problem}`);
  }
  const { length } = problems;
  if (length > 0) throw new RunError(`${length} of the files ${length === 1 ? 'is' : 'are'} broken.`);
}
