// SPDX-License-Identifier: Apache-2.0
/** The folder of a run: what is in it, and that a run taken up from it goes on as if it had never stopped. */
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type BatchSource,
  type LogEntry,
  openRun,
  type RunOptions,
  readSettings,
  type StepLogs,
  sigmoidObjective,
  type TrainOptions,
  type TrainStart,
  train,
  weightsOf,
} from '@tfjs-clip/training';
import { CLIPProcessor, InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { temporaryFolder } from '../cli/command.js';
import { describeBackends } from '../harness/backends.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { memoryBatches } from './memoryBatches.js';

const OPTIONS: TrainOptions = {
  ...{ epochs: 3, learningRate: 1e-2, schedule: 'cosine', warmup: 1, saveEvery: 2 },
  ...{ emaDecay: 0.9, chunkSize: 3, layerDecay: 0.8 },
};
const BATCHES = 2;
const STEPS = 3 * BATCHES;

type Weights = Record<string, Float32Array>;

const temporary = temporaryFolder();
let count = 0;
const newFolder = () => path.join(temporary, `run-${count++}`);

describeBackends('a run that stops', (backend) => {
  const whole = newFolder();
  let unbroken: Weights;
  beforeAll(async () => {
    unbroken = await weightsAfter({}, whole);
  });

  it.each(backend === 'cpu' ? [1, 3, 4, 5] : [3])(
    'at step %d goes on to the same weights, to the bit',
    async (stop) => {
      const broken = newFolder();
      await stopped(stop, broken);
      expect(await weightsAfter({}, broken, { resume: true })).toEqual(unbroken);
      expect(logOf(broken)).toEqual(logOf(whole));
      const file = 'model/model.safetensors';
      expect(readFileSync(path.join(broken, file)).equals(readFileSync(path.join(whole, file)))).toBe(true);
    },
  );
});

describe('the folder of a run', () => {
  const whole = newFolder();
  let unbroken: Weights;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    unbroken = await weightsAfter({}, whole);
  });

  it('has the last checkpoints and the best one, logs, a report, and the best model', async () => {
    const folder = newFolder();
    const values = [0.1, 0.9, 0.3, 0.5, 0.4, 0.2];
    const evaluation = { every: 1, metric: 'recall', evaluate: async () => ({ recall: values.shift()! }) };
    const processor = await CLIPProcessor.fromPretrained('emoji-clip');
    await weightsAfter({ evaluation, saveEvery: 1 }, folder, { processor, keep: 2, settings: { seed: 3 } });
    const names = readdirSync(folder).sort();
    expect(names).toEqual([
      ...['checkpoint-2', 'checkpoint-5', 'checkpoint-6'],
      ...[
        expect.stringMatching(/^events\.out\.tfevents\.\d+\.tfjs-clip$/),
        'log.jsonl',
        'model',
        'report.html',
        'settings.json',
      ],
    ]);
    const model = readdirSync(path.join(folder, 'model')).sort();
    expect(model).toEqual(expect.arrayContaining(['config.json', 'model.safetensors', 'tokenizer.json']));
    expect(readdirSync(path.join(folder, 'checkpoint-2')).sort()).toEqual(
      [...model, 'trainer_state.json', 'training_state.safetensors'].sort(),
    );
    const weights = (name: string) => readFileSync(path.join(folder, name, 'model.safetensors'));
    expect(weights('model').equals(weights('checkpoint-2'))).toBe(true);
    expect(readJSON(folder, 'checkpoint-6/trainer_state.json')).toMatchObject({
      ...{ step: 6, epoch: 2, batch: 2, best: { step: 2, value: 0.9 }, since: 4, evaluated: 6 },
    });
    expect(await readSettings(folder)).toEqual({ seed: 3 });
    const loaded = await TFCLIPModel.fromPretrained(path.join(folder, 'model'));
    loaded.dispose();
    expect(logOf(folder)).toHaveLength(2 * STEPS);
  });

  it('goes on after a kill that left half a line, half a checkpoint and half an event', async () => {
    const folder = newFolder();
    await stopped(3, folder);
    appendFileSync(path.join(folder, 'log.jsonl'), '{"step":4,"ep');
    cpSync(path.join(folder, 'checkpoint-2'), path.join(folder, 'checkpoint-4.tmp'), { recursive: true });
    rmSync(path.join(folder, 'checkpoint-4.tmp/trainer_state.json'));
    expect(await weightsAfter({}, folder, { resume: true })).toEqual(unbroken);
    expect(logOf(folder)).toEqual(logOf(whole));
    expect(eventsOf(folder)).toBe(eventsOf(whole));
    expect(readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('begins in a folder that has only what a kill while it was made left, or what systems hide in folders', async () => {
    const folder = newFolder();
    mkdirSync(folder);
    writeFileSync(path.join(folder, '.settings.json.tmp'), '{"se');
    expect(await weightsAfter({}, folder, { resume: true })).toEqual(unbroken);
  });

  it('begins at the beginning where it was killed before the first checkpoint', async () => {
    const folder = newFolder();
    await stopped(1, folder);
    expect(await weightsAfter({}, folder, { resume: true })).toEqual(unbroken);
  });

  it('has nothing to do once all is done', async () => {
    const told: unknown[] = [];
    const callbacks = {
      onTrainBegin: (start: TrainStart) => void told.push(start),
      onBatchEnd: () => void told.push('a step'),
    };
    expect(await weightsAfter({ callbacks }, whole, { resume: true })).toEqual(unbroken);
    expect(told).toEqual([{ step: STEPS, totalSteps: STEPS }]);
  });

  it("keeps an objective's own parameters", async () => {
    const biasAfter = async (folder: string, runOptions: RunOptions, stop?: number) => {
      const objective = sigmoidObjective();
      await (stop ? stopped(stop, folder, { objective }) : weightsAfter({ objective }, folder, runOptions));
      const [bias] = await objective.parameters.get('logit_bias')!.data();
      objective.dispose();
      return bias;
    };
    const folder = newFolder();
    const unbrokenBias = await biasAfter(newFolder(), {});
    expect(await biasAfter(folder, {}, 5)).not.toBe(unbrokenBias);
    expect(await biasAfter(folder, { resume: true })).toBe(unbrokenBias);
  });

  it('saves where it is aborted, and goes on from there', async () => {
    const folder = newFolder();
    const controller = new AbortController();
    const callbacks = {
      onBatchEnd: (_: number, { step }: { step: number }) => void (step === 5 && controller.abort()),
    };
    await weightsAfter({ callbacks, signal: controller.signal }, folder);
    expect(existsSync(path.join(folder, 'checkpoint-5'))).toBe(true);
    expect(existsSync(path.join(folder, 'model'))).toBe(false);
    expect(await weightsAfter({}, folder, { resume: true })).toEqual(unbroken);
  });

  it('loses no checkpoint to a loss that is no number', async () => {
    const folder = newFolder();
    const source = memoryBatches(BATCHES);
    const broken: BatchSource = {
      ...source,
      async *batches(epoch, from = 0) {
        for await (const batch of source.batches(epoch, from)) {
          if (epoch === 1) tf.tidy(() => void tf.dispose(batch.pixelValues));
          yield epoch === 1 ? { ...batch, pixelValues: tf.fill(batch.pixelValues.shape, Number.NaN) } : batch;
        }
      },
    };
    const error = await thrown(() => weightsAfter({}, folder, {}, broken));
    expect((error as Error).message).toMatch(/^The loss is NaN at step 3, of the batch with 1\/0\/0, /);
    expect(readdirSync(folder).filter((name) => name.startsWith('checkpoint'))).toEqual(['checkpoint-2']);
    expect(readFileSync(path.join(folder, 'report.html'), 'utf8')).toContain('2 steps, 8 pictures');
  });

  it('leaves no tensor', async () => {
    const folder = newFolder();
    await leavesNoTensors(async () => {
      await weightsAfter({}, folder);
      await weightsAfter({}, folder, { resume: true });
    });
  });
});

describe('refuses', () => {
  it('a folder that holds something', async () => {
    const sentence = `The folder ${__dirname} is not empty. Name another one, or empty it.`;
    for (const resume of [false, true]) {
      expect(await thrown(() => openRun(__dirname, { resume }))).toStrictEqual(
        new InvalidArgumentError(sentence),
      );
    }
  });

  it('a folder that holds a run, unless it is to be taken up', async () => {
    const folder = newFolder();
    await stopped(1, folder);
    expect(await thrown(() => openRun(folder))).toStrictEqual(
      new InvalidArgumentError(
        `The folder ${folder} is not empty. Name another one, or go on with the run that it holds: resume: true.`,
      ),
    );
  });

  it('options that make no sense, and then leaves no folder behind', async () => {
    const folder = newFolder();
    expect(await thrown(() => weightsAfter({ warmup: 500 }, folder))).toBeInstanceOf(InvalidArgumentError);
    expect(existsSync(folder)).toBe(false);
  });

  it('to keep nothing', async () => {
    expect(await thrown(() => openRun(newFolder(), { keep: 0 }))).toStrictEqual(
      new InvalidArgumentError('keep is 0, but must be a whole number of at least 1.'),
    );
  });

  it('to go on otherwise than the run was begun', async () => {
    const folder = newFolder();
    await weightsAfter({ epochs: 1 }, folder, { settings: { batchSize: 4, learningRate: 0.01 } });
    const resume = (settings: RunOptions['settings']) =>
      thrown(() => weightsAfter({}, folder, { resume: true, settings }));
    expect(await resume({ batchSize: 8, learningRate: 0.01 })).toStrictEqual(
      new InvalidArgumentError(
        `batchSize was 4 when the run in ${folder} was begun, and is 8 now. Go on with it as it was, or begin another run ` +
          'in another folder.',
      ),
    );
    expect(await resume({ batchSize: 4 })).toStrictEqual(
      new InvalidArgumentError(
        `learningRate was 0.01 when the run in ${folder} was begun, and is absent now. Go on with it as it was, or begin ` +
          'another run in another folder.',
      ),
    );
  });
});

/** Trains the tiny model in a folder and gives all weights, by name. */
async function weightsAfter(
  options: TrainOptions,
  folder: string,
  runOptions: RunOptions = {},
  source = memoryBatches(BATCHES),
): Promise<Weights> {
  const model = new TFCLIPModel(tinyConfig());
  try {
    const run = await openRun(folder, runOptions);
    await train(weightsOf(model), source, { ...OPTIONS, ...options, run });
    const weights: Weights = {};
    for (const [name, variable] of model.namedWeights())
      weights[name] = (await variable.data()) as Float32Array;
    return weights;
  } finally {
    model.dispose();
  }
}

/** Ends a run as a kill after this step would: nothing more is saved. */
async function stopped(stop: number, folder: string, options: TrainOptions = {}): Promise<void> {
  const error = new Error('stopped');
  const onBatchEnd = (_: number, { step }: StepLogs) => (step === stop ? Promise.reject(error) : undefined);
  expect(await thrown(() => weightsAfter({ ...options, callbacks: { onBatchEnd } }, folder))).toBe(error);
}

/** Without what differs from run to run. */
function logOf(folder: string): Omit<LogEntry, 'time' | 'seconds'>[] {
  const lines = readFileSync(path.join(folder, 'log.jsonl'), 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    const { time, seconds, ...entry } = JSON.parse(line);
    return entry;
  });
}

/** How long they are: the times in them differ. */
function eventsOf(folder: string): number {
  const name = readdirSync(folder).find((file) => file.startsWith('events'))!;
  return readFileSync(path.join(folder, name)).length;
}

function readJSON(folder: string, file: string): unknown {
  return JSON.parse(readFileSync(path.join(folder, file), 'utf8'));
}
