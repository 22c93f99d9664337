// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip train`: fine-tunes a model on pictures and their captions, or trains one from random weights. */

import type { TrainingResult } from '@tfjs-clip/training';
import type { Command } from 'commander';
import { createTerminal, type Terminal } from '../terminal.js';
import { addTrainOptions, type TrainFlags } from '../training/flags.js';
import { type Settings, settingsOf } from '../training/request.js';
import { whatTrainsHelp } from '../training/whatTrainsHelp.js';
import { exitCodeHelp } from './options.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

const description =
  'Teaches a model which captions go with which pictures. The run is kept in a folder: checkpoints, which ' +
  'transformers opens too, a log of each step as JSON lines and for TensorBoard, and report.html with its curves. ' +
  'Ctrl+C ends it with a checkpoint; --resume goes on, to the same numbers as without the break.';

const examples = `
Examples:
  $ tfjs-clip train rsicd/train.jsonl --image-root rsicd/images --augment rsicd --output runs/rsicd
  $ tfjs-clip train captions.csv -m openai/clip-vit-base-patch32 --train lora:8 --eval test.csv -o runs/a
  $ tfjs-clip train captions.csv --augment rsicd --preview what-it-sees.png
  $ tfjs-clip train --resume runs/a

Datasets:
  .csv .tsv      a table; columns such as filepath and title are found by name
  .jsonl .json   a line a picture, COCO's annotations or Karpathy's splits
  a folder       of pictures with a .txt beside each, or of a folder a class
  {00..99}.tar   webdataset shards; give --steps, since nobody knows how many
                 records they have

The folder of a run:
  model/         what came out: the best checkpoint's model, or the last one's
  checkpoint-N/  a model, and all that training goes on from
  log.jsonl, events.out.tfevents.…, report.html, settings.json

Loss beside guessing:
  embeddings that say nothing have a loss of ln(batch size); a run that stays
  there learns nothing

JSON:
  {"output": …, "model": …, "reason": "finished", "step": 408, "epoch": 3,
   "best": {"step": 272, "value": 0.61}}
`;

export function defineTrain(program: Command): void {
  const command = program
    .command('train')
    .summary('fine-tune a model on pictures and captions')
    .description(description)
    .usage('[options] <dataset> --output <folder>\n       tfjs-clip train --resume <folder>')
    .argument('[dataset]', 'a file or folder, see below');
  addTrainOptions(command)
    .addHelpText('after', whatTrainsHelp)
    .addHelpText('after', examples + exitCodeHelp);
  command.action((dataset: string | undefined, flags: TrainFlags) => {
    const given = Object.keys(flags).filter((name) => command.getOptionValueSource(name) === 'cli');
    return trainCommand(dataset, flags, given);
  });
}

async function trainCommand(dataset: string | undefined, flags: TrainFlags, given: string[]): Promise<void> {
  const settings = await settingsOf(dataset, flags, given);
  if (flags.preview !== undefined) {
    const { writePreview } = await import('../training/preview.js');
    return writePreview(flags.preview, settings, createTerminal(flags));
  }
  const folder = flags.resume ?? flags.output!;
  const terminal = createTerminal({ ...flags, seesToSignals: true });
  const result = await untilInterrupted(terminal, async (signal) => {
    const { runTraining } = await import('../training/runTraining.js'); // It brings tfjs along.
    return runTraining({ settings, folder, resume: flags.resume !== undefined, signal }, terminal);
  });
  report(result, folder, settings, flags, terminal);
}

/** A first interrupt lets the step end and a checkpoint be written; a second one ends the process as usual. */
async function untilInterrupted(
  terminal: Terminal,
  run: (signal: AbortSignal) => Promise<TrainingResult>,
): Promise<TrainingResult> {
  const controller = new AbortController();
  const stop = () => {
    terminal.remark('stopping after this step; once more ends at once, without a checkpoint');
    for (const signal of SIGNALS) process.off(signal, stop);
    controller.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await run(controller.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

function report(
  result: TrainingResult,
  folder: string,
  { model }: Settings,
  { json }: TrainFlags,
  terminal: Terminal,
): void {
  if (result.reason === 'aborted') {
    terminal.remark(`stopped at step ${result.step}; go on with: tfjs-clip train --resume ${folder}`);
    process.kill(process.pid, 'SIGINT'); // Ends as what was interrupted ends elsewhere.
    return;
  }
  if (result.reason === 'no-improvement')
    terminal.remark(`no better evaluation since step ${result.best?.step}`);
  terminal.out(
    json ? `${JSON.stringify({ output: folder, model, ...result }, null, 2)}\n` : `${folder}/model\n`,
  );
}
