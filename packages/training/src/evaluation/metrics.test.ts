// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import { describeBackends } from '../../../../test/harness/backends.js';
import { Fixture } from '../../../../test/harness/fixture.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { ClassificationTally } from './classificationTally.js';
import { rankAll } from './rankAll.js';
import { type Ranks, ranksOf } from './ranks.js';
import { medianRank, recallAtK, recallOfAllAtK, retrievalMetrics } from './retrievalMetrics.js';

const recorded = Fixture.open('evaluation/metrics.safetensors');
const KS = [1, 2, 5, 10];

describe('ranksOf', () => {
  it.each([
    ['the best', [0.9, 0.5, 0.1], [0], [1]],
    ['the last and the second', [0.9, 0.5, 0.1], [2, 1], [2, 3]],
    ['a tie with a wrong one', [0.5, 0.5, 0.1], [0], [2]],
    ['a tie of right ones', [0.5, 0.5, 0.5, 0.1], [0, 2], [2, 3]],
    ['all the same', [1, 1, 1, 1], [3], [4]],
    ['a right one that is not a number', [0.2, Number.NaN, 0.1], [1], [3]],
    ['a wrong one that is not a number', [0.2, Number.NaN, 0.1], [0], [2]],
    ['nothing but right ones', [0.1, 0.2], [0, 1], [1, 2]],
  ])('%s', (_, scores, right, ranks) => {
    expect([...ranksOf(scores, right)]).toEqual(ranks);
  });
});

describe('metrics', () => {
  it('can be checked by eye', () => {
    const ranks = [Int32Array.of(1, 4), Int32Array.of(3)];
    expect(retrievalMetrics(ranks, 4, [1, 3])).toEqual({
      queries: 2,
      candidates: 4,
      recallAt: { 1: 1 / 2, 3: 1 },
      recallOfAllAt: { 1: 1 / 4, 3: 3 / 4 },
      meanReciprocalRank: (1 + 1 / 3) / 2,
      meanAveragePrecision: ((1 + 2 / 4) / 2 + 1 / 3) / 2,
      ndcg: ((1 + 1 / Math.log2(5)) / (1 + 1 / Math.log2(3)) + 1 / 2) / 2,
      meanRank: 2,
      medianRank: 2,
    });
    expect(medianRank([...ranks, Int32Array.of(9)])).toBe(3);
    expect([recallAtK(ranks, 2), recallOfAllAtK(ranks, 4)]).toEqual([1 / 2, 1]);
  });

  it.each(['distinct', 'tied', 'even'])("are Python's: %s", async (set) => {
    const fixture = await recorded;
    const metrics = retrievalMetrics(ranksIn(fixture, set), 0, KS);
    const expected = (name: string) => [...fixture.get(`${set}.${name}`).values];
    const ours = {
      recall_at: KS.map((k) => metrics.recallAt[k]),
      recall_of_all_at: KS.map((k) => metrics.recallOfAllAt[k]),
      mean_reciprocal_rank: [metrics.meanReciprocalRank],
      mean_average_precision: [metrics.meanAveragePrecision],
      ndcg: [metrics.ndcg],
      mean_rank: [metrics.meanRank],
      median_rank: [metrics.medianRank],
    };
    // They are float32 in the file.
    for (const [name, values] of Object.entries(ours))
      await expect(values).toBeCloseToTensor(expected(name), 1e-6);
  });

  it('need a query', () => {
    expect(() => retrievalMetrics([], 3)).toThrow(
      new InvalidArgumentError('There are no queries to evaluate.'),
    );
  });
});

describe('ClassificationTally', () => {
  it('counts as scikit-learn does, where nothing ties', async () => {
    const fixture = await recorded;
    const { values, shape } = fixture.get('classes.scores');
    const labels = fixture.get('classes.labels').values;
    const tally = new ClassificationTally(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
    for (let i = 0; i < shape[0]; i++) tally.add(values.subarray(i * 7, (i + 1) * 7), labels[i]);
    const accuracies = [...fixture.get('classes.accuracies').values];
    await expect([1, 2, 5].map((k) => tally.accuracyAt(k))).toBeCloseToTensor(
      [...fixture.get('classes.accuracy_at').values],
      1e-6,
    );
    expect([...tally.confusion]).toEqual([...fixture.get('classes.confusion').values]);
    await expect(tally.classes().map(({ accuracy }) => accuracy)).toBeCloseToTensor(accuracies, 1e-6);
    expect(tally.meanAccuracyOfClasses()).toBeCloseTo(accuracies.reduce((a, b) => a + b) / 7, 6);
    expect(tally.pictures).toBe(60);
  });

  it('lets ties count against it, and says what a class was taken for', () => {
    const tally = new ClassificationTally(['cat', 'dog', 'fish', 'owl']);
    expect(tally.add([1, 1, 1, 1], 0)).toBe(1);
    expect(tally.add([3, 2, 4, 4], 0)).toBe(2);
    expect(tally.add([3, 2, 4, 1], 0)).toBe(2);
    expect(tally.add([0, 5, 4, 1], 1)).toBe(1);
    expect([1, 2, 3, 4].map((k) => tally.accuracyAt(k))).toEqual([1 / 4, 2 / 4, 3 / 4, 1]);
    expect(tally.classes()).toEqual([
      {
        name: 'cat',
        pictures: 3,
        right: 0,
        accuracy: 0,
        mistakenFor: [
          { name: 'fish', pictures: 2 },
          { name: 'dog', pictures: 1 },
        ],
      },
      { name: 'dog', pictures: 1, right: 1, accuracy: 1, mistakenFor: [] },
      { name: 'fish', pictures: 0, right: 0, accuracy: Number.NaN, mistakenFor: [] },
      { name: 'owl', pictures: 0, right: 0, accuracy: Number.NaN, mistakenFor: [] },
    ]);
    expect(tally.meanAccuracyOfClasses()).toBe(1 / 2);
  });

  it('refuses what does not fit its classes', () => {
    const tally = new ClassificationTally(['cat', 'dog']);
    expect(() => tally.add([1, 2, 3], 0)).toThrow(
      new InvalidArgumentError('There are 3 scores of a picture of class 0, but the classes are 0 to 1.'),
    );
    expect(() => tally.add([1, 2], 2)).toThrow(
      new InvalidArgumentError('There are 2 scores of a picture of class 2, but the classes are 0 to 1.'),
    );
  });
});

describeBackends('rankAll', () => {
  it('ranks all queries, block by block', async () => {
    // More scores than a block has, of numbers whose products are exact.
    const [queries, candidates] = [60, 80_000];
    const query = tf.tidy(() => tf.reshape(tf.range(1, queries + 1), [queries, 1])) as tf.Tensor2D;
    const candidate = tf.tidy(() => tf.reshape(tf.range(0, candidates), [candidates, 1])) as tf.Tensor2D;
    const right = Array.from({ length: queries }, (_, i) => [i, candidates - 1 - i]);
    const told: number[] = [];
    const ranks = await rankAll(query, candidate, right, { onProgress: (done) => void told.push(done) });
    expect(ranks.map((ofQuery) => [...ofQuery])).toEqual(right.map((_, i) => [i + 1, candidates - i]));
    expect(told).toEqual([52, 60]);
    tf.dispose([query, candidate]);
  });

  it('leaves no tensors, and stops when told to', async () => {
    const rows = tf.tensor2d([1, 0, 0, 1], [2, 2]);
    await leavesNoTensors(() => rankAll(rows, rows, [[0], [1]]).then(() => {}));
    const signal = AbortSignal.abort(new Error('enough'));
    await leavesNoTensors(() =>
      expect(rankAll(rows, rows, [[0], [1]], { signal })).rejects.toThrow('enough'),
    );
    rows.dispose();
  });
});

it.each([
  [
    [[0], [1]],
    'queries is [2,2] and candidates [2,3], with the right candidates of 2 queries; vectors must be of one size, and ' +
      'there must be a list for each query.',
    3,
  ],
  [[[0], []], 'Query 1 has no right candidate.', 2],
  [[[0], [0, 2]], 'The right candidate 2 of query 1 is none of 0 to 1.', 2],
])('rankAll of %j is refused', async (right, message, size) => {
  const [queries, candidates] = [tf.zeros([2, 2]), tf.zeros([2, size])] as [tf.Tensor2D, tf.Tensor2D];
  await expect(rankAll(queries, candidates, right)).rejects.toEqual(new InvalidArgumentError(message));
  tf.dispose([queries, candidates]);
});

function ranksIn(fixture: Fixture, set: string): Ranks[] {
  const { values, shape } = fixture.get(`${set}.scores`);
  const right = fixture.get(`${set}.right`).values;
  const [queries, candidates] = shape;
  return Array.from({ length: queries }, (_, query) => {
    const row = (all: Float32Array | Int32Array) =>
      all.subarray(query * candidates, (query + 1) * candidates);
    const indices = Array.from(row(right)).flatMap((is, i) => (is ? [i] : []));
    return ranksOf(row(values), indices);
  });
}
