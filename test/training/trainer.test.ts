// SPDX-License-Identifier: Apache-2.0
/** `train`: torch's numbers, what it tells its callbacks, when it ends, and that it leaves nothing behind. */
import * as tf from '@tensorflow/tfjs';
import {
  type BatchSource,
  DivergenceError,
  type StepLogs,
  sigmoidObjective,
  type TrainingBatch,
  type TrainOptions,
  train,
  weightsOf,
} from '@tfjs-clip/training';
import { fromOurLayout } from '@tfjs-clip/weights-converter';
import { InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { type Fixture, modelFolder, relativeDifference, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { tinyConfig } from '../harness/tinyConfig.js';
import { memoryBatches } from './memoryBatches.js';
import { batchOf, readSteps, STEPS } from './trainingFixture.js';

const EPOCH = 5;
/** Of a batch whose loss is no number. */
const KEYS = Array.from({ length: 22 }, (_, i) => `picture ${i}`);

describeBackends('train', () => {
  it("has torch's losses, norms, rates and weights after 25 steps", async () => {
    const recorded = await readSteps();
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const logs: StepLogs[] = [];
      const result = await train(weightsOf(model), fixtureBatches(recorded), {
        epochs: STEPS / EPOCH,
        learningRate: 3e-3,
        schedule: 'cosine',
        warmup: 0.2,
        optimizer: { beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1 },
        callbacks: { onBatchEnd: (_, step) => void logs.push(step) },
      });
      expect(result).toEqual({ reason: 'finished', step: STEPS, epoch: STEPS / EPOCH, best: null });
      expect(logs).toHaveLength(STEPS);
      for (const [i, { loss, gradientNorm, learningRate }] of logs.entries()) {
        expect(Math.abs(loss - recorded.get('losses').values[i])).toBeLessThan(1e-4);
        expect(gradientNorm / recorded.get('norms').values[i]).toBeCloseTo(1, 3);
        expect(learningRate).toBeCloseTo(recorded.get('rates').values[i], 8);
      }
      for (const [name, variable] of model.namedWeights()) {
        const { data } = fromOurLayout(name, variable.shape, (await variable.data()) as Float32Array);
        const { values } = recorded.get(`after.${name}`);
        expect([name, relativeDifference(data, values) < 1e-3]).toEqual([name, true]);
      }
    });
  });
}, ['wasm', 'tensorflow']);

describe('a run', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it('tells its callbacks what happens, in order', async () => {
    const told: unknown[][] = [];
    const names = ['onTrainBegin', 'onEpochBegin', 'onBatchBegin', 'onEvaluate', 'onEpochEnd', 'onTrainEnd'];
    const callbacks = Object.fromEntries(
      names.map((name) => [name, (...args: unknown[]) => void told.push([name, ...args])]),
    );
    const losses: number[] = [];
    const onBatchEnd = (batch: number, logs: StepLogs) => {
      told.push(['onBatchEnd', batch, logs.step, logs.epoch, logs.size]);
      losses.push(logs.loss);
      expect(logs.lossOfGuessing).toBeCloseTo(Math.log(4), 12);
    };
    const evaluation = {
      every: 3,
      metric: 'recall',
      evaluate: async (step: number) => ({ recall: step / 4 }),
    };
    await trainTiny(memoryBatches(2), { steps: 4, evaluation, callbacks: [callbacks, { onBatchEnd }] });
    const mean = (a: number, b: number) => ({ loss: (a + b) / 2 });
    expect(told).toEqual([
      ['onTrainBegin', { step: 0, totalSteps: 4 }],
      ['onEpochBegin', 0],
      ['onBatchBegin', 0],
      ['onBatchEnd', 0, 1, 0, 4],
      ['onBatchBegin', 1],
      ['onBatchEnd', 1, 2, 0, 4],
      ['onEpochEnd', 0, mean(losses[0], losses[1])],
      ['onEpochBegin', 1],
      ['onBatchBegin', 0],
      ['onBatchEnd', 0, 3, 1, 4],
      ['onEvaluate', { step: 3, metrics: { recall: 0.75 }, isBest: true }],
      ['onBatchBegin', 1],
      ['onBatchEnd', 1, 4, 1, 4],
      ['onEpochEnd', 1, mean(losses[2], losses[3])],
      ['onEvaluate', { step: 4, metrics: { recall: 1 }, isBest: true }],
      ['onTrainEnd'],
    ]);
  });

  it('closes its batches when it ends, and when it fails', async () => {
    let closed = 0;
    const source = { ...memoryBatches(2), close: async () => void closed++ };
    await trainTiny(source, { epochs: 2 });
    expect(closed).toBe(1);
    const onEpochEnd = () => {
      throw new Error('full');
    };
    expect(await thrown(() => trainTiny(source, { epochs: 1, callbacks: { onEpochEnd } }))).toStrictEqual(
      new Error('full'),
    );
    expect(closed).toBe(2);
  });

  it('ends when evaluations stay without a better one', async () => {
    const values = [0.5, 0.7, 0.6, 0.7, 0.9];
    const evaluation = {
      every: 1,
      metric: 'recall',
      patience: 2,
      evaluate: async () => ({ recall: values.shift()! }),
    };
    expect(await trainTiny(memoryBatches(9), { evaluation })).toEqual({
      ...{ reason: 'no-improvement', step: 4, epoch: 0 },
      best: { step: 2, value: 0.7 },
    });
  });

  it('takes the smallest for the best where it is asked to', async () => {
    const values = [0.5, 0.7, 0.4, Number.NaN];
    const evaluate = async () => ({ loss: values.shift()! });
    const evaluation = { every: 1, metric: 'loss', mode: 'min' as const, evaluate };
    expect(await trainTiny(memoryBatches(4), { epochs: 1, evaluation })).toMatchObject({
      best: { step: 3, value: 0.4 },
    });
  });

  it('ends after the step in which it is aborted', async () => {
    const controller = new AbortController();
    const callbacks = { onBatchBegin: (batch: number) => void (batch === 1 && controller.abort()) };
    const result = await trainTiny(memoryBatches(9), { callbacks, signal: controller.signal });
    expect(result).toEqual({ reason: 'aborted', step: 2, epoch: 0, best: null });
  });

  it('clamps logit_scale to what CLIP allows', async () => {
    await withTiny(async (model) => {
      const scale = model.namedWeights().get('logit_scale')!;
      tf.tidy(() => scale.assign(tf.scalar(6)));
      const scales: number[] = [];
      const callbacks = { onBatchEnd: (_: number, logs: StepLogs) => void scales.push(logs.logitScale) };
      await train(weightsOf(model), memoryBatches(1), { epochs: 1, callbacks });
      expect(scales[0]).toBeCloseTo(100, 4);
    });
  });

  it('leaves the averages in the model, and evaluates them', async () => {
    await withTiny(async (model) => {
      const weight = model.namedWeights().get('visual_projection.weight')!;
      const evaluated: number[] = [];
      const evaluate = async () => ({ first: evaluated[evaluated.push((await weight.data())[0]) - 1] });
      const evaluation = { every: 1, metric: 'first', evaluate };
      const raw: number[] = [(await weight.data())[0]];
      const callbacks = { onBatchEnd: async () => void raw.push((await weight.data())[0]) };
      const options = { epochs: 1, learningRate: 1e-2, schedule: 'constant', emaDecay: 0.9 } as const;
      await train(weightsOf(model), memoryBatches(2), { ...options, evaluation, callbacks });
      const first = (2 / 11) * raw[0] + (9 / 11) * raw[1]; // The decay of step 1 is 2 / 11, of step 2 3 / 12.
      const second = (3 / 12) * first + (9 / 12) * raw[2];
      expect(evaluated[0]).toBeCloseTo(first, 6);
      expect(evaluated[1]).toBeCloseTo(second, 6);
      expect((await weight.data())[0]).toBe(evaluated[1]);
    });
  });

  it('stops at a loss that is no number, names the batch, and leaves the weights as they were', async () => {
    const source = memoryBatches(3);
    const broken: BatchSource = {
      ...source,
      async *batches(epoch, from = 0) {
        let at = from;
        for await (const batch of source.batches(epoch, from))
          yield at++ === 1 ? withoutNumbers(batch) : batch;
      },
    };
    await withTiny(async (model) => {
      const weight = model.namedWeights().get('visual_projection.weight')!;
      const after: Float32Array[] = [];
      const callbacks = { onBatchEnd: async () => void after.push((await weight.data()) as Float32Array) };
      const error = await thrown(() => train(weightsOf(model), broken, { epochs: 1, callbacks }));
      expect(error).toStrictEqual(
        new DivergenceError(
          `The loss is NaN at step 2, of the batch with ${KEYS.slice(0, 20).join(', ')} and 2 more. The weights are as ` +
            'they were before it, and what was saved stays. Look at these records, or lower the learning rate.',
          2,
          KEYS,
        ),
      );
      expect(error).toMatchObject({ code: 'DIVERGENCE', step: 2, keys: KEYS });
      expect(await weight.data()).toEqual(after[0]);
    });
  });

  it('leaves no tensor, whether it ends well or not, and holds no more after many steps than after few', async () => {
    const model = new TFCLIPModel(tinyConfig());
    const held: number[] = [];
    const options: TrainOptions = {
      emaDecay: 0.9,
      chunkSize: 3,
      callbacks: { onBatchEnd: () => void held.push(tf.memory().numTensors) },
    };
    await leavesNoTensors(async () => {
      await train(weightsOf(model), memoryBatches(4), { ...options, epochs: 2 });
      await thrown(() => train(weightsOf(model), memoryBatches(4, false), options));
      const failing = { onBatchBegin: () => Promise.reject(new Error('no')) };
      await thrown(() => train(weightsOf(model), memoryBatches(4), { ...options, callbacks: failing }));
    });
    expect(new Set(held).size).toBe(1);
    model.dispose();
  });

  it("trains an objective's own parameters, which stay the caller's", async () => {
    const objective = sigmoidObjective();
    const bias = objective.parameters.get('logit_bias')!;
    await trainTiny(memoryBatches(2), { objective, learningRate: 0.1, schedule: 'constant', epochs: 1 });
    expect((await bias.data())[0]).not.toBe(-10);
    objective.dispose();
  });
});

describe('refuses', () => {
  const evaluation = { every: 1, metric: 'recall', evaluate: async () => ({ loss: 1, top1: 2 }) };
  it.each<[TrainOptions, string]>([
    [{ steps: 0 }, 'steps is 0, but must be a whole number of at least 1.'],
    [{ saveEvery: 1.5 }, 'saveEvery is 1.5, but must be a whole number of at least 1.'],
    [{ steps: 1, epochs: 1 }, 'Give steps or epochs, not both.'],
    [
      { steps: 9, warmup: 10 },
      'warmup is 10, but must be a number of steps up to 9, or below 1 a part of them.',
    ],
    [{ maxGradientNorm: 0 }, 'maxGradientNorm is 0, but must be above 0; Infinity for none.'],
    [{ layerDecay: 1.5 }, 'layerDecay is 1.5, but must be above 0 and at most 1.'],
    [
      { evaluation: { ...evaluation, every: 0 } },
      'evaluation.every is 0, but must be a whole number of at least 1.',
    ],
    [{ evaluation }, "The evaluation gives loss, top1, but not 'recall', which is to decide what is best."],
  ])('%j', async (options, sentence) => {
    expect(await thrown(() => trainTiny(memoryBatches(2), options))).toStrictEqual(
      new InvalidArgumentError(sentence),
    );
  });

  it('epochs of which nobody knows how long they are', async () => {
    expect(await thrown(() => trainTiny(memoryBatches(2, false), { epochs: 1 }))).toStrictEqual(
      new InvalidArgumentError(
        'How many batches an epoch has is not known before they are read, and the learning rate needs to know how long ' +
          'the run is: give steps.',
      ),
    );
  });

  it('to train on nothing', async () => {
    expect(await thrown(() => trainTiny(memoryBatches(0), {}))).toStrictEqual(
      new InvalidArgumentError('There is no batch to train on.'),
    );
    expect(await thrown(() => trainTiny(memoryBatches(0, false), { steps: 3 }))).toStrictEqual(
      new InvalidArgumentError('There is no batch to train on in epoch 0.'),
    );
  });
});

async function withTiny<T>(use: (model: TFCLIPModel) => Promise<T>): Promise<T> {
  const model = new TFCLIPModel(tinyConfig());
  try {
    return await use(model);
  } finally {
    model.dispose();
  }
}

function trainTiny(source: BatchSource, options: TrainOptions) {
  return withTiny((model) => train(weightsOf(model), source, options));
}

function fixtureBatches(recorded: Fixture): BatchSource {
  return {
    batchesPerEpoch: EPOCH,
    async *batches(epoch, from = 0) {
      for (let batch = from; batch < EPOCH; batch++) yield batchOf(recorded, epoch * EPOCH + batch);
    },
  };
}

function withoutNumbers(batch: TrainingBatch): TrainingBatch {
  const pixelValues = tf.tidy(() => tf.mul(batch.pixelValues, Number.NaN)) as tf.Tensor4D;
  batch.pixelValues.dispose();
  return { ...batch, pixelValues, keys: KEYS };
}
