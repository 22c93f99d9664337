// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip embed`: pictures or texts as vectors, in .npy or JSON lines. */
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import type { Tensor2D } from '@tensorflow/tfjs';
import type { Command } from 'commander';
import { writeAtomically } from '../atomicWrite.js';
import { RunError, systemReason, UsageError } from '../errors.js';
import { isFolder } from '../isFolder.js';
import type { Failure } from '../pictures.js';
import { float32Digits, jsonDocument, jsonLine } from '../render/json.js';
import { npyBytes } from '../render/npy.js';
import { Progress } from '../render/progress.js';
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

const TEXTS_AT_ONCE = 64;

interface EmbedFlags extends SharedFlags, PictureFlags {
  text?: string[];
  out?: string;
  normalize?: boolean;
}

type Item = { picture: string } | { text: string };

interface Embedding {
  item: Item;
  vector: Float32Array;
}

interface Run {
  backend: string;
  embeddings: AsyncGenerator<Embedding>;
  /** What could not be embedded; complete when `embeddings` has ended. */
  failures: readonly Failure[];
}

const description =
  'Turns pictures or texts into vectors of one space, in which what belongs together is close. Without --out they go ' +
  'to standard output as JSON lines.';

const examples = `
Examples:
  $ tfjs-clip embed pictures/ --normalize --out pictures.npy
  $ tfjs-clip embed --text 'a pizza' 'a dog' --normalize --out texts.npy
  $ tfjs-clip embed cat.jpg >> vectors.jsonl

Files:
  .npy    float32, a row for each picture or text, in the order given and within
          folders by name; not written if one cannot be read, since then rows and
          names would not match
  .jsonl  a line for each: {"picture": "cat.jpg", "embedding": [0.1, …]}, or "text"

JSON:
  {"model": …, "backend": …, "normalized": false, "embeddings": [
    {"picture": "cat.jpg", "embedding": [0.1, …]}, {"picture": "gone.png", "error": "…"}]}
`;

export function defineEmbed(program: Command): void {
  const command = program
    .command('embed')
    .summary('turn pictures or texts into vectors')
    .description(description)
    .usage('[options] <image...>\n       tfjs-clip embed [options] --text <text...>')
    .argument('[image...]', pictureArgument)
    .option('--text <text...>', 'embed these texts instead of pictures')
    .option('-o, --out <file>', 'write to this file, whose ending says how: .npy or .jsonl')
    .option('--normalize', 'divide each vector by its length, so that dot products are cosines');
  addPictureOptions(command);
  addSharedOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((args: string[], flags: EmbedFlags) => embed(args, flags, createTerminal(flags)));
}

async function embed(args: string[], flags: EmbedFlags, terminal: Terminal): Promise<void> {
  await checkUsage(args, flags);
  const { out, json, normalize, model } = flags;
  const run = flags.text
    ? await runTexts(flags.text, flags, terminal)
    : await runPictures(args, flags, terminal);
  const kept: Embedding[] = [];
  let count = 0;
  for await (const embedding of run.embeddings) {
    count++;
    if (out || json) kept.push(embedding);
    else terminal.out(jsonLine(toJSON(embedding)));
  }
  const { backend, failures } = run;
  if (json) {
    const header = { model, backend, normalized: normalize === true };
    terminal.out(jsonDocument(header, 'embeddings', [...kept.map(toJSON), ...failures]));
  }
  if (out) await write(out, kept, failures.length, terminal);
  failIfAny(failures.length, count);
}

async function runTexts(texts: string[], flags: EmbedFlags, terminal: Terminal): Promise<Run> {
  const { openSession } = await import('../session.js');
  const { backend, pipeline } = await openSession('feature-extraction', flags, terminal);
  const { normalize, truncation } = flags;
  const progress = new Progress(terminal.statusLine, 'embedding', ' texts');
  async function* embeddings(): AsyncGenerator<Embedding> {
    try {
      for (let start = 0; start < texts.length; start += TEXTS_AT_ONCE) {
        const group = texts.slice(start, start + TEXTS_AT_ONCE);
        const vectors = await rows(await pipeline(group, { normalize, truncation }));
        yield* group.map((text, i) => ({ item: { text }, vector: vectors[i] }));
        progress.update(start + group.length, texts.length);
      }
    } finally {
      progress.end();
      pipeline.dispose();
    }
  }
  return { backend, embeddings: embeddings(), failures: [] };
}

async function runPictures(args: string[], flags: EmbedFlags, terminal: Terminal): Promise<Run> {
  const { PictureReader } = await import('../pictures.js');
  const { openSession } = await import('../session.js');
  const reader = await PictureReader.open(args, terminal);
  const { backend, pipeline } = await openSession('image-feature-extraction', flags, terminal);
  reader.warnsOfTransparency = dropsAlpha(pipeline.processor, flags);
  const progress = new Progress(terminal.statusLine, 'embedding', ' pictures');
  const options = { normalize: flags.normalize, imageOptions: imageOptions(flags) };
  async function* embeddings(): AsyncGenerator<Embedding> {
    try {
      for await (const { name, image } of reader.read()) {
        try {
          const [vector] = await rows(await pipeline(image, options));
          yield { item: { picture: name }, vector };
        } catch (error) {
          reader.refuse(name, error);
        }
        progress.update(reader.done, reader.count);
      }
    } finally {
      progress.end();
      pipeline.dispose();
    }
  }
  return { backend, embeddings: embeddings(), failures: reader.failures };
}

/** Before anything is loaded: what to embed, and where it can go. */
async function checkUsage(args: string[], { text, out, json }: EmbedFlags): Promise<void> {
  if (text && args.length > 0) throw new UsageError('Give pictures or --text, not both; run it twice.');
  if (!text && args.length === 0) throw new UsageError("Nothing to embed. Give pictures, or --text 'a dog'.");
  if (!out) return;
  if (json) throw new UsageError('--json prints to standard output; with --out, leave it out.');
  if (!['.npy', '.jsonl'].includes(path.extname(out))) {
    throw new UsageError(`--out ${out}: the name must end in .npy or .jsonl, which says how to write it.`);
  }
  const folder = path.dirname(out);
  if (!(await isFolder(folder))) throw new UsageError(`--out ${out}: there is no folder ${folder}.`);
  if (await isFolder(out)) throw new UsageError(`--out ${out}: that is a folder; give the name of a file.`);
  await access(folder, constants.W_OK).catch((error) => {
    throw new RunError(`Cannot write ${out}: ${systemReason(error)}.`, { cause: error });
  });
}

async function write(
  out: string,
  embeddings: Embedding[],
  failed: number,
  terminal: Terminal,
): Promise<void> {
  const width = embeddings[0]?.vector.length ?? 0;
  if (path.extname(out) === '.npy') {
    failIfAny(failed, embeddings.length, out);
    await writeAtomically(out, npyBytes(embeddings.map(({ vector }) => vector)));
  } else {
    await writeAtomically(out, embeddings.map((embedding) => jsonLine(toJSON(embedding))).join(''));
  }
  terminal.remark(`wrote ${out}: ${embeddings.length} × ${width}`);
}

function toJSON({ item, vector }: Embedding): object {
  return { ...item, embedding: Array.from(vector, float32Digits) };
}

async function rows(matrix: Tensor2D): Promise<Float32Array[]> {
  const [count, width] = matrix.shape;
  const values = (await matrix.data()) as Float32Array;
  matrix.dispose();
  return Array.from({ length: count }, (_, row) => values.slice(row * width, (row + 1) * width));
}
