// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError, TFCLIPModel } from 'tfjs-clip';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { AdamW } from './adamW.js';
import { ExponentialMovingAverage } from './exponentialMovingAverage.js';
import { learningRateSchedule } from './learningRate.js';
import { decays, layerwiseScale } from './parameterGroups.js';

beforeAll(() => tf.setBackend('cpu'));

const parametersOf = (...values: number[]) =>
  new Map(
    values.map((value, i): [string, tf.Variable] => [
      `p${i}`,
      tf.tidy(() => tf.variable(tf.tensor2d([[value]]))),
    ]),
  );
const release = (parameters: ReadonlyMap<string, tf.Variable>) => tf.dispose([...parameters.values()]);
const numbers = (parameters: ReadonlyMap<string, tf.Tensor>) =>
  Promise.all([...parameters.values()].map(async (parameter) => (await parameter.data())[0]));

describe('AdamW', () => {
  const gradients = (...values: (number | null)[]) => {
    const entries = values.flatMap((value, i): [string, tf.Tensor][] =>
      value === null ? [] : [[`p${i}`, tf.tensor2d([[value]])]],
    );
    return new Map(entries);
  };
  const apply = (optimizer: AdamW, ...values: (number | null)[]) => {
    const given = gradients(...values);
    optimizer.apply(given, 0.1);
    tf.dispose([...given.values()]);
  };

  it('leaves a parameter without a gradient alone, its decay too', async () => {
    await leavesNoTensors(async () => {
      const parameters = parametersOf(1, 2);
      const optimizer = new AdamW(parameters, { weightDecay: 0.5 });
      apply(optimizer, 3, null);
      const [changed, same] = await numbers(parameters);
      expect(changed).toBeCloseTo(1 * (1 - 0.1 * 0.5) - 0.1, 5); // The first step of Adam is the learning rate.
      expect(same).toBe(2);
      optimizer.dispose();
      release(parameters);
    });
  });

  it('goes on from its state as if it had not stopped', async () => {
    await leavesNoTensors(async () => {
      const [parameters, copies] = [parametersOf(1, 2), parametersOf(1, 2)];
      const optimizer = new AdamW(parameters);
      apply(optimizer, 3, -1);
      apply(optimizer, -2, 5);
      for (const [name, copy] of copies) tf.tidy(() => copy.assign(tf.clone(parameters.get(name)!)));
      const resumed = new AdamW(copies);
      resumed.restore(optimizer.state(), optimizer.iterations);
      for (const one of [optimizer, resumed]) apply(one, 0.5, 0.25);
      expect(resumed.iterations).toBe(3);
      expect(await numbers(copies)).toEqual(await numbers(parameters));
      expect(await numbers(resumed.state())).toEqual(await numbers(optimizer.state()));
      for (const one of [optimizer, resumed]) one.dispose();
      for (const one of [parameters, copies]) release(one);
    });
  });

  it('refuses the state of other parameters', async () => {
    const [parameters, others] = [parametersOf(1, 2), parametersOf(1)];
    const [optimizer, other] = [new AdamW(parameters), new AdamW(others)];
    expect(await thrown(() => optimizer.restore(other.state(), 1))).toEqual(
      new InvalidArgumentError(
        'This is no state of these parameters: p1.first is missing; p1.second is missing.',
      ),
    );
    for (const one of [optimizer, other]) one.dispose();
    for (const one of [parameters, others]) release(one);
  });

  it.each([
    [{ beta1: 1 }, 'beta1 is 1, but must be at least 0 and below 1.'],
    [{ beta2: -0.1 }, 'beta2 is -0.1, but must be at least 0 and below 1.'],
    [{ epsilon: 0 }, 'epsilon is 0, but must be above 0.'],
    [{ weightDecay: Number.NaN }, 'weightDecay is NaN, but must be at least 0.'],
  ])('refuses %j', async (options, sentence) => {
    expect(await thrown(() => new AdamW(new Map(), options))).toEqual(new InvalidArgumentError(sentence));
  });
});

describe('groups of parameters', () => {
  it('matrices and convolutions decay; norms, biases, the class embedding and logit_scale do not', () => {
    const model = new TFCLIPModel(tinyConfig());
    const names = [...model.namedWeights()].filter(([, { shape }]) => decays(shape)).map(([name]) => name);
    const without = names.filter((name) =>
      /bias|norm|layrnorm|class_embedding|logit_scale/.test(name.replace(/\.weight$/, '')),
    );
    expect(without).toEqual([]);
    expect(names).toContain('visual_projection.weight');
    expect(names).toContain('vision_model.embeddings.patch_embedding.weight');
    model.dispose();
  });

  it('learn slower towards the input', () => {
    const names = [0, 1, 2].map((i) => `text_model.encoder.layers.${i}.mlp.fc1.weight`);
    names.push('vision_model.encoder.layers.0.mlp.fc1.weight');
    const scale = layerwiseScale(names, 0.5);
    expect(names.map(scale)).toEqual([0.125, 0.25, 0.5, 0.5]);
    expect(scale('text_model.embeddings.token_embedding.weight')).toBe(0.0625);
    expect(scale('vision_model.pre_layrnorm.bias')).toBe(0.25);
    expect(scale('vision_model.post_layernorm.bias')).toBe(1);
    expect(scale('logit_scale')).toBe(1);
    expect(scale('text_projection.weight')).toBe(1);
  });
});

describe('learning rates', () => {
  it.each([
    ['constant', [0, 0.5, 1, 1, 1, 1, 1]],
    ['linear', [0, 0.5, 1, 0.75, 0.5, 0.25, 0]],
    ['cosine', [0, 0.5, 1, 0.5 + Math.SQRT1_2 / 2, 0.5, 0.5 - Math.SQRT1_2 / 2, 0]],
  ] as const)('%s, after two steps of warm-up', (schedule, expected) => {
    const rate = learningRateSchedule({ schedule, learningRate: 1, warmupSteps: 2, totalSteps: 6 });
    for (const [step, value] of expected.entries()) expect(rate(step)).toBeCloseTo(value, 12);
  });

  it('refuses a schedule that there is not, and numbers out of range', async () => {
    const options = { schedule: 'cosine', learningRate: 1, warmupSteps: 2, totalSteps: 6 } as const;
    const refusal = (change: object) => thrown(() => learningRateSchedule({ ...options, ...change }));
    expect(await refusal({ schedule: 'step' })).toEqual(
      new InvalidArgumentError("No schedule 'step'; there are constant, linear, cosine."),
    );
    expect(await refusal({ learningRate: -1 })).toEqual(
      new InvalidArgumentError('learningRate is -1, but must be a number of at least 0.'),
    );
    expect(await refusal({ warmupSteps: 1.5 })).toEqual(
      new InvalidArgumentError('warmupSteps is 1.5, but must be a whole number of at least 0.'),
    );
  });
});

describe('the moving average', () => {
  it('leaves its start quickly, lends itself to the parameters, and goes on from its state', async () => {
    await leavesNoTensors(async () => {
      const parameters = parametersOf(0);
      const average = new ExponentialMovingAverage(parameters, 0.9);
      const set = (value: number) => parameters.get('p0')!.assign(tf.tensor2d([[value]]));
      tf.tidy(() => set(1));
      average.update(1);
      expect((await numbers(average.state()))[0]).toBeCloseTo(1 - 2 / 11, 6);
      expect(await average.during(() => numbers(parameters))).toEqual([expect.closeTo(1 - 2 / 11, 6)]);
      expect(await numbers(parameters)).toEqual([1]);
      const resumed = new ExponentialMovingAverage(parameters, 0.9);
      resumed.restore(average.state());
      for (const one of [average, resumed]) one.update(200);
      expect((await numbers(average.state()))[0]).toBeCloseTo(0.9 * (1 - 2 / 11) + 0.1, 6);
      expect(await numbers(resumed.state())).toEqual(await numbers(average.state()));
      for (const one of [average, resumed]) one.dispose();
      release(parameters);
    });
  });

  it('refuses a decay of 1', async () => {
    expect(await thrown(() => new ExponentialMovingAverage(new Map(), 1))).toEqual(
      new InvalidArgumentError('The decay is 1, but must be at least 0 and below 1.'),
    );
  });
});
