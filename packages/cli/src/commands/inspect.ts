// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip inspect`: what a checkpoint is. */
import type { Command } from 'commander';
import type { ModelInspection } from 'tfjs-clip';
import { RunError } from '../errors.js';
import { inspectionReport } from '../render/inspection.js';
import { createTerminal, type Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';
import { addOutputOptions, exitCodeHelp, type OutputFlags } from './options.js';

interface InspectFlags extends OutputFlags {
  revision?: string;
}

const description =
  'Says what a checkpoint is, which is a file of weights or the folder around it: its class, its format and whose names ' +
  'it has, parameters by part, how they are stored, and what keeps it from loading. Of weights on the hub or the web ' +
  'only the lists of tensors are fetched, and nothing large is stored.';

const examples = `
Examples:
  $ tfjs-clip inspect openai/clip-vit-base-patch32
  $ tfjs-clip inspect ViT-B-32.pt
  $ tfjs-clip inspect clip/ --json | jq .total.parameters

JSON:
  {"name": …, "format": …, "scheme": …, "modelClass": …,
   "total": {"tensors": …, "parameters": …, "bytes": …},
   "parts": {"text": …, "vision": …}, "dtypes": {"F32": …}, "metadata": …,
   "config": …, "configSource": …, "notes": […], "problems": […],
   "fetched": {"bytes": 65536, "of": 605157884}}, or null if the weights are here
  The exit code is 1 if there are problems.
`;

export function defineInspect(program: Command): void {
  const command = program
    .command('inspect')
    .summary("say what a model's files hold")
    .description(description)
    .argument('<source>', 'a folder, a web address, a Hugging Face id, emoji-clip, or a file of weights')
    .option('--revision <name>', 'a branch, a tag or a commit of a hub repository (default: main)');
  addOutputOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((source: string, flags: InspectFlags) => inspect(source, flags, createTerminal(flags)));
}

async function inspect(source: string, flags: InspectFlags, terminal: Terminal): Promise<void> {
  const { inspectModel } = await import('tfjs-clip');
  const { revision, json } = flags;
  const inspection: ModelInspection = await withTransferProgress(
    `inspecting ${source}`,
    terminal,
    (progressCallback) => inspectModel(source, { revision, progressCallback }),
  );
  terminal.out(
    json ? `${JSON.stringify(inspection, null, 2)}\n` : inspectionReport(inspection, terminal.colors),
  );
  if (inspection.problems.length > 0) throw new RunError(`${source} cannot be loaded as it is.`);
}
