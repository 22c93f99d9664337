// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip convert`: a checkpoint of one dialect into another. */
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Conversion, ConversionTarget } from 'tfjs-clip';
import { DTYPE_NAMES, DTYPES, type Dtype, parseDtype } from '../dtypes.js';
import { UsageError } from '../errors.js';
import { grouped, humanSize } from '../render/columns.js';
import { jsonDocument } from '../render/json.js';
import { checkNewFolder, replaceFolder } from '../replaceFolder.js';
import { createTerminal, type Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';
import { addOutputOptions, exitCodeHelp, type OutputFlags } from './options.js';

const TARGETS = ['hf', 'openclip', 'tfjs'] as const;

interface ConvertFlags extends OutputFlags {
  to: ConversionTarget;
  dtype?: Dtype;
  maxShardSize?: string;
  revision?: string;
  force?: boolean;
}

interface WrittenFile {
  file: string;
  size: number;
}

const description =
  "Converts the weights of a CLIP, whether Hugging Face's, OpenCLIP's or OpenAI's, of PyTorch, Keras or Flax: the same " +
  'numbers under other names. The files of its tokenizer and image processor come along. The folder appears when all of ' +
  'it is there.';

const examples = `
Examples:
  $ tfjs-clip convert openai/clip-vit-base-patch32 clip --to hf --dtype float16
  $ tfjs-clip convert ViT-B-32.pt clip --to hf
  $ tfjs-clip convert clip clip-openclip --to openclip
  $ tfjs-clip convert clip page/clip --to tfjs

Formats:
  hf        config.json and model.safetensors, which transformers and tfjs-clip
            open; with --max-shard-size in several files
  openclip  open_clip_config.json and open_clip_model.safetensors
  tfjs      text/model.json and vision/model.json, for tf.loadLayersModel

Types:
  float32, float16, bfloat16 (not for tfjs)
  int8, int4: linear layers only, the rest as in the source. Smaller, and no
  longer the same numbers; only tfjs-clip reads them (--to hf). What that costs
  your pictures, tfjs-clip compare measures.

JSON:
  {"source": …, "format": …, "names": …, "modelClass": …, "to": …, "dtype": …,
   "folder": …, "notes": […], "files": [{"file": "config.json", "size": 1234}, …]}
`;

export function defineConvert(program: Command): void {
  const command = program
    .command('convert')
    .summary('write a model in another format')
    .description(description)
    .argument('<source>', 'a folder, a web address, a Hugging Face id, emoji-clip, or a file of weights')
    .argument('<folder>', 'where to write; it must not be there yet, or be empty (else see --force)')
    .requiredOption('--to <format>', `what to write: ${TARGETS.join(', ')}`, parseTarget)
    .option(
      '--dtype <type>',
      `what to store numbers as: ${Object.keys(DTYPES).join(', ')} (default: what the source has)`,
      parseDtype,
    )
    .option(
      '--max-shard-size <size>',
      "split the weights into files of at most this size, such as 5GB (default: one file; tfjs's in 4 MiB)",
      parseSize,
    )
    .option('--revision <name>', 'a branch, a tag or a commit of a hub repository (default: main)')
    .option('--force', 'replace the model that is in the folder');
  addOutputOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((source: string, folder: string, flags: ConvertFlags) =>
    convert(source, folder, flags, createTerminal(flags)),
  );
}

async function convert(
  source: string,
  folder: string,
  flags: ConvertFlags,
  terminal: Terminal,
): Promise<void> {
  checkUsage(flags);
  await checkNewFolder(folder, flags.force === true);
  const { to, dtype, maxShardSize, revision } = flags;
  const { convertModel } = await import('tfjs-clip');
  if (to === 'tfjs') {
    const { useBackend } = await import('../backend.js');
    await useBackend('cpu', () => {}); // It only holds the weights.
  }
  const conversion = await withTransferProgress(`converting ${source}`, terminal, (progressCallback) =>
    replaceFolder(folder, (temporary) =>
      convertModel(source, temporary, {
        ...{ to, maxShardSize, revision, progressCallback },
        ...(dtype && DTYPES[dtype]),
      }),
    ),
  );
  report(source, folder, await filesUnder(folder), conversion, flags, terminal);
}

function report(
  source: string,
  folder: string,
  files: WrittenFile[],
  { source: found, modelClass, dtype, notes }: Conversion,
  flags: ConvertFlags,
  terminal: Terminal,
): void {
  const stored = flags.dtype ?? DTYPE_NAMES[dtype];
  for (const note of notes) terminal.remark(`note: ${note}`);
  const size = files.reduce((sum, file) => sum + file.size, 0);
  terminal.remark(
    `wrote ${folder}: ${modelClass}, ${grouped(found.total.parameters)} parameters as ${stored}, ` +
      `${humanSize(size)} in ${files.length} files`,
  );
  if (!flags.json) return;
  const from = { source, format: found.format, names: found.scheme, modelClass };
  terminal.out(jsonDocument({ ...from, to: flags.to, dtype: stored, folder, notes }, 'files', files));
}

function checkUsage({ to, dtype, maxShardSize }: ConvertFlags): void {
  if ((dtype === 'int8' || dtype === 'int4') && to !== 'hf') {
    throw new UsageError(`--dtype ${dtype} goes with --to hf only: no one else reads such weights.`);
  }
  if (dtype === 'bfloat16' && to === 'tfjs') {
    throw new UsageError('tfjs has no bfloat16: give --dtype float32 or float16.');
  }
  if (maxShardSize !== undefined && to === 'openclip') {
    throw new UsageError('OpenCLIP reads its weights from one file: leave --max-shard-size out.');
  }
}

async function filesUnder(folder: string): Promise<WrittenFile[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
  return Promise.all(
    files.sort().map(async (file) => ({
      file: path.relative(folder, file).replaceAll(path.sep, '/'),
      size: (await stat(file)).size,
    })),
  );
}

function parseTarget(text: string): ConversionTarget {
  const target = TARGETS.find((known) => known === text);
  if (target) return target;
  throw new InvalidArgumentError(`There are ${TARGETS.join(', ')}.`);
}

function parseSize(text: string): string {
  const size = /^\d+$/.test(text) ? `${text}B` : text;
  if (/^(?:0*[1-9]\d*(?:\.\d+)?|0+\.\d*[1-9]\d*)[KMGT]?B$/i.test(size)) return size;
  throw new InvalidArgumentError("Give a size such as '500MB' or '5GB'.");
}
