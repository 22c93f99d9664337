// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip compare`: what smaller weights cost a model, on pictures and labels of one's own. */
import type { Command } from 'commander';
import type { CompressionCost, ImageInput } from 'tfjs-clip';
import { DTYPES, type Dtype, parseDtype } from '../dtypes.js';
import { addLabelOptions, type LabelFlags, promptOf, readLabels } from '../labels.js';
import type { PictureReader } from '../pictures.js';
import { type Cost, compressionTable } from '../render/compression.js';
import { jsonDocument } from '../render/json.js';
import { Progress } from '../render/progress.js';
import type { Session } from '../session.js';
import { createTerminal, type Terminal } from '../terminal.js';
import {
  addPictureOptions,
  addSharedOptions,
  dropsAlpha,
  exitCodeHelp,
  failIfAny,
  imageOptions,
  type PictureFlags,
  pictureArgument,
  type SharedFlags,
} from './options.js';

type Parts = Session<'zero-shot-image-classification'>['pipeline'];

interface CompareFlags extends SharedFlags, PictureFlags, LabelFlags {
  dtype?: Dtype[];
}

/** All that make files smaller. */
const SMALLER: Dtype[] = ['float16', 'bfloat16', 'int8', 'int4'];

const description =
  'Measures what smaller weights cost a model, before you convert it: how large its file becomes, how close the ' +
  'vectors of your pictures and labels stay to those of the model as it is (1 is the same), and for how many pictures ' +
  'the likeliest label stays the same. Give pictures and labels of the kind that the model is for.';

const examples = `
Examples:
  $ tfjs-clip compare photos/ --labels 'a cat,a dog' -m openai/clip-vit-base-patch32
  $ tfjs-clip compare *.png --labels-file labels.txt --dtype float16 int8 --json

Types:
  what tfjs-clip convert --to hf --dtype TYPE writes; int8 and int4 are of linear
  layers, the rest is as in the source

JSON:
  {"model": …, "backend": …, "template": …, "pictures": 8, "labels": 3,
   "float32": {"bytes": …}, "failures": […], "compressed": [
    {"dtype": "int8", "bytes": …, "pictures": {"mean": …, "least": …},
     "labels": {"mean": …, "least": …}, "sameLabel": 8}]}
`;

export function defineCompare(program: Command): void {
  const command = program
    .command('compare')
    .summary('measure what smaller weights cost')
    .description(description)
    .argument('<image...>', pictureArgument);
  addLabelOptions(command).option(
    '--dtype <type...>',
    `what to measure, of ${Object.keys(DTYPES).join(', ')} (default: all but float32)`,
    collectDtypes,
  );
  addPictureOptions(command);
  addSharedOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((args: string[], flags: CompareFlags) => compare(args, flags, createTerminal(flags)));
}

async function compare(args: string[], flags: CompareFlags, terminal: Terminal): Promise<void> {
  const labels = await readLabels(flags);
  // These bring tfjs along, which --help and usage errors need not wait for.
  const { PictureReader } = await import('../pictures.js');
  const { openSession } = await import('../session.js');

  const reader = await PictureReader.open(args, terminal);
  const { backend, pipeline } = await openSession('zero-shot-image-classification', flags, terminal);
  try {
    reader.warnsOfTransparency = dropsAlpha(pipeline.processor.imageProcessor, flags);
    const images = await usableImages(reader, pipeline, flags, terminal);
    if (images.length > 0) {
      const { float32, costs } = await measure(pipeline, images, labels, flags, terminal);
      const { model, template } = flags;
      const counts = { pictures: images.length, labels: labels.length };
      const header = { model, backend, template, ...counts, float32, failures: reader.failures };
      terminal.out(
        flags.json
          ? jsonDocument(header, 'compressed', costs)
          : compressionTable(float32.bytes, costs, images.length),
      );
    }
    failIfAny(reader.failures.length, images.length);
  } finally {
    pipeline.dispose();
  }
}

/** Those that can be prepared for the model; each is read again for every type, so that memory holds a few only. */
async function usableImages(
  reader: PictureReader,
  { processor }: Parts,
  flags: CompareFlags,
  { statusLine }: Terminal,
): Promise<ImageInput[]> {
  const images: ImageInput[] = [];
  const progress = new Progress(statusLine, 'reading', ' pictures');
  try {
    for await (const { name, image, again } of reader.read()) {
      try {
        (await processor.imageProcessor.preprocess(image, imageOptions(flags))).pixelValues.dispose();
        images.push(again);
      } catch (error) {
        reader.refuse(name, error);
      }
      progress.update(reader.done, reader.count);
    }
  } finally {
    progress.end();
  }
  return images;
}

async function measure(
  parts: Parts,
  images: ImageInput[],
  labels: string[],
  { model, dtype = SMALLER, truncation, template, ...flags }: CompareFlags,
  { statusLine }: Terminal,
): Promise<{ float32: { bytes: number }; costs: Cost[] }> {
  const { inspectModel, measureCompression, storedType } = await import('tfjs-clip');
  const rest = storedType(await inspectModel(model));
  const progress = new Progress(statusLine, 'comparing', ' vectors');
  try {
    const { original, compressed } = await measureCompression(parts, {
      images,
      texts: labels.map((label) => promptOf(label, template)),
      storages: dtype.map((name) => ({ dtype: rest, ...DTYPES[name] })), // As `tfjs-clip convert` writes it.
      imageOptions: imageOptions(flags),
      truncation,
      progress: (done, total) => progress.update(done, total),
    });
    return { float32: original, costs: compressed.map((cost, i) => costOf(dtype[i], cost, images.length)) };
  } finally {
    progress.end();
  }
}

function costOf(
  dtype: Dtype,
  { bytes, images, texts, top1Agreement }: CompressionCost,
  pictures: number,
): Cost {
  return {
    dtype,
    bytes,
    pictures: { mean: images.mean, least: images.min },
    labels: { mean: texts.mean, least: texts.min },
    sameLabel: Math.round(top1Agreement * pictures),
  };
}

function collectDtypes(text: string, earlier: Dtype[] = []): Dtype[] {
  return [...earlier, parseDtype(text)];
}
