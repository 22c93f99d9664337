// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip bench`: how fast a model is here, and what its time goes into. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { TFCLIPModel } from 'tfjs-clip';
import { type Architecture, architectures } from '../bench/architectures.js';
import type { Measurement, Profiler } from '../bench/index.js';
import { measurementTable, operationTable } from '../render/bench.js';
import { jsonDocument } from '../render/json.js';
import { Progress } from '../render/progress.js';
import { createTerminal, type Terminal } from '../terminal.js';
import { withTransferProgress } from '../transferProgress.js';
import {
  addModelOptions,
  addOutputOptions,
  exitCodeHelp,
  type ModelFlags,
  type OutputFlags,
} from './options.js';

interface BenchFlags extends OutputFlags, ModelFlags {
  architecture?: Architecture;
  batch: number[];
  seconds: number;
  profile?: boolean;
}

const TOWERS = ['vision', 'text'] as const;

const description =
  'Measures both towers of a model: pictures and texts a second, the first call, and with --profile what a call is made ' +
  'of. Inputs are made up, as large as the model takes; a call ends when its embeddings are read.';

const examples = `
Examples:
  $ tfjs-clip bench
  $ tfjs-clip bench --architecture vit-b-32 --backend wasm --batch 1
  $ tfjs-clip bench --backend webgpu --profile

Columns:
  ms a call   the median; half of the calls took between the two numbers after it
  first call  weights are uploaded and shaders compiled in it
  GFLOP/s     of the matrix products, by the median
  written     bytes of an operation's outputs
  µs          by tfjs's clock, or on webgpu the device's. Operations are timed one
              by one, so that together they may take longer than a call; one that
              is made of others counts them too

JSON:
  {"model": …, "backend": …, "adapter": …, "measurements": [
    {"tower": "vision", "batch": 1, "perSecond": …,
     "milliseconds": {"first": …, "median": …, "lower": …, "upper": …},
     "gigaflopsPerSecond": …, "operations": [
       {"name": …, "calls": …, "bytes": …, "microseconds": …}]}]}
`;

export function defineBench(program: Command): void {
  const command = program
    .command('bench')
    .summary('measure how fast a model is here')
    .description(description);
  addModelOptions(command)
    .addOption(
      new Option('--architecture <name>', `random weights instead of a model: ${names().join(', ')}`)
        .argParser(parseArchitecture)
        .conflicts('model'),
    )
    .addOption(
      new Option('--batch <sizes>', 'how many pictures or texts at once')
        .argParser(parseSizes)
        .default([1, 8], '1,8'),
    )
    .option('--seconds <count>', 'how long to measure each', parseSeconds, 2)
    .option('--profile', 'show what a call is made of: operations, bytes, microseconds');
  addOutputOptions(command).addHelpText('after', examples + exitCodeHelp);
  command.action((flags: BenchFlags) => bench(flags, createTerminal(flags)));
}

async function bench(flags: BenchFlags, terminal: Terminal): Promise<void> {
  const { useBackend } = await import('../backend.js');
  const backend = await useBackend(flags.backend, (text) => terminal.remark(text));
  const { adapterName, profilerOf } = await import('../bench/index.js');
  const adapter = adapterName();
  terminal.remark(`backend: ${backend}${adapter && `, on ${adapter}`}`);
  const model = await openModel(flags, terminal);
  try {
    const profiler = flags.profile ? await profilerOf(backend) : undefined;
    const measurements = await measure(model, flags, profiler, terminal);
    const name = flags.architecture ?? flags.model;
    terminal.out(
      flags.json
        ? jsonDocument({ model: name, backend, ...(adapter && { adapter }) }, 'measurements', measurements)
        : tables(measurements, profiler, terminal),
    );
  } finally {
    model.dispose();
  }
}

async function openModel({ model, architecture }: BenchFlags, terminal: Terminal): Promise<TFCLIPModel> {
  const { CLIPConfig, TFCLIPModel } = await import('tfjs-clip');
  if (architecture) {
    terminal.statusLine?.draw(`making the weights of ${architecture}`); // seconds
    const made = new TFCLIPModel(new CLIPConfig(architectures[architecture]));
    terminal.statusLine?.draw('');
    return made;
  }
  return withTransferProgress(`loading ${model}`, terminal, (progressCallback) =>
    TFCLIPModel.fromPretrained(model, { progressCallback }),
  );
}

async function measure(
  model: TFCLIPModel,
  { batch: batches, seconds }: BenchFlags,
  profiler: Profiler | undefined,
  terminal: Terminal,
): Promise<Measurement[]> {
  const { measureTower } = await import('../bench/index.js');
  const progress = new Progress(terminal.statusLine, 'measuring', ' s');
  const cases = TOWERS.flatMap((tower) => batches.map((batch) => ({ tower, batch })));
  const measurements: Measurement[] = [];
  try {
    for (const [i, { tower, batch }] of cases.entries()) {
      const onCall = (elapsed: number) =>
        progress.update(i * seconds + Math.min(elapsed, seconds), cases.length * seconds);
      const options = { tower, batch, seconds, onCall, profile: profiler?.profile };
      measurements.push(await measureTower(model, options));
    }
    return measurements;
  } finally {
    progress.end();
  }
}

function tables(measurements: Measurement[], profiler: Profiler | undefined, { colors }: Terminal): string {
  const operations = profiler
    ? measurements.map((measurement) => operationTable(measurement, profiler.unit, colors))
    : [];
  return [measurementTable(measurements), ...operations].join('\n');
}

function names(): string[] {
  return Object.keys(architectures);
}

function parseArchitecture(text: string): Architecture {
  if (Object.hasOwn(architectures, text)) return text as Architecture;
  throw new InvalidArgumentError(`There are ${names().join(', ')}.`);
}

function parseSizes(text: string): number[] {
  if (/^[1-9]\d*(,[1-9]\d*)*$/.test(text)) return text.split(',').map(Number);
  throw new InvalidArgumentError('Give whole numbers of at least 1, separated by commas: 1,8.');
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() && seconds >= 0 && seconds < Number.POSITIVE_INFINITY) return seconds;
  throw new InvalidArgumentError('Give a number of seconds, such as 2 or 0.5.');
}
