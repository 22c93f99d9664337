// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip classify`: which label fits each picture. */
import type { Command } from 'commander';
import type { LabelScore, RawImage, ZeroShotImageClassificationPipeline } from 'tfjs-clip';
import { addLabelOptions, type LabelFlags, readLabels } from '../labels.js';
import type { PictureReader } from '../pictures.js';
import { float32Digits, jsonDocument } from '../render/json.js';
import { Progress } from '../render/progress.js';
import { scoreTable } from '../render/table.js';
import { createTerminal, type Terminal } from '../terminal.js';
import {
  addPictureOptions,
  addSharedOptions,
  dropsAlpha,
  exitCodeHelp,
  failIfAny,
  imageOptions,
  type PictureFlags,
  parseCount,
  pictureArgument,
  type SharedFlags,
} from './options.js';

interface ClassifyFlags extends SharedFlags, PictureFlags, LabelFlags {
  top?: number;
}

interface Result {
  picture: string;
  labels: LabelScore[];
}

const description =
  'Says which of your labels fits a picture best, with a probability for each label. The probabilities of a picture ' +
  'sum to 100%: they weigh your labels against each other, and do not say that any of them is right.';

const examples = `
Examples:
  $ tfjs-clip classify pizza.png --labels pizza,dog,rocket
  $ tfjs-clip classify holiday/ --labels-file labels.txt --top 3 --json
  $ curl -s https://example.org/a.jpg | tfjs-clip classify - -l 'a cat,a dog'

JSON:
  {"model": …, "backend": …, "template": …, "pictures": [
    {"picture": "pizza.png", "labels": [{"label": "pizza", "score": 0.98}, …]},
    {"picture": "gone.png", "error": "…"}]}
  Labels come likeliest first; pictures that cannot be read come last.
`;

export function defineClassify(program: Command): void {
  const command = program
    .command('classify')
    .summary('say which of your labels fits a picture')
    .description(description)
    .argument('<image...>', pictureArgument);
  addLabelOptions(command).option(
    '-n, --top <count>',
    'show only the likeliest labels (default: all)',
    parseCount,
  );
  addPictureOptions(command);
  addSharedOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((args: string[], flags: ClassifyFlags) => classify(args, flags, createTerminal(flags)));
}

async function classify(args: string[], flags: ClassifyFlags, terminal: Terminal): Promise<void> {
  const labels = await readLabels(flags);
  // These bring tfjs along, which --help and usage errors need not wait for.
  const { PictureReader } = await import('../pictures.js');
  const { openSession } = await import('../session.js');

  const reader = await PictureReader.open(args, terminal);
  const { backend, pipeline } = await openSession('zero-shot-image-classification', flags, terminal);
  reader.warnsOfTransparency = dropsAlpha(pipeline.processor.imageProcessor, flags);
  const results: Result[] = [];
  try {
    for await (const result of classifyEach(reader, pipeline, labels, flags, terminal)) {
      if (!flags.json) terminal.out(scoreTable(result.picture, result.labels, terminal));
      results.push(result);
    }
  } finally {
    pipeline.dispose();
  }
  if (flags.json) {
    const header = { model: flags.model, backend, template: flags.template };
    terminal.out(jsonDocument(header, 'pictures', [...results.map(toJSON), ...reader.failures]));
  }
  failIfAny(reader.failures.length, results.length);
}

async function* classifyEach(
  reader: PictureReader,
  pipeline: ZeroShotImageClassificationPipeline,
  labels: string[],
  flags: ClassifyFlags,
  { statusLine }: Terminal,
): AsyncGenerator<Result> {
  let picture = '';
  let progress: Progress;
  const options = {
    candidateLabels: labels,
    hypothesisTemplate: flags.template,
    truncation: flags.truncation,
    batchSize: 1, // The larger the batch, the later its first result; on wasm it is no faster.
    imageOptions: imageOptions(flags),
    labelProgress(encoded: number) {
      progress.update(encoded, labels.length);
      if (encoded < labels.length) return;
      progress.end();
      progress = new Progress(statusLine, 'classifying', ' pictures');
    },
  };
  async function* images(): AsyncGenerator<RawImage> {
    for await (const { name, image } of reader.read()) {
      picture = name;
      yield image;
    }
  }
  while (reader.done < reader.count) {
    progress = new Progress(statusLine, 'reading', ' labels');
    try {
      for await (const scores of pipeline.stream(images(), options)) {
        yield { picture, labels: scores.slice(0, flags.top) };
        progress.update(reader.done, reader.count);
      }
    } catch (error) {
      reader.refuse(picture, error); // The stream ends with the error; the pictures after this one need another.
    } finally {
      progress.end();
    }
  }
}

function toJSON({ picture, labels }: Result): object {
  return { picture, labels: labels.map(({ label, score }) => ({ label, score: float32Digits(score) })) };
}
