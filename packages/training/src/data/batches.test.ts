// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import { CLIPImageProcessor, CLIPProcessor, InvalidArgumentError } from 'tfjs-clip';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import type { TrainingBatch } from '../batch.js';
import { batchesOf } from './batches.js';
import type { BatchOptions } from './batchOptions.js';
import type { BrokenRecord, ImageTextRecord } from './dataset.js';
import { datasetOf, type Example } from './datasetOf.js';

const pictures = ['heart.jpg', 'sun.png', 'house.webp'].map(
  (file) => new Uint8Array(readFileSync(path.join('test/fixtures/browser', file))),
);
const noPicture = new TextEncoder().encode('no picture');

const onePixel = Uint8Array.from(
  Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  ),
);

let processor: CLIPProcessor;

beforeAll(async () => {
  processor = await CLIPProcessor.fromPretrained('emoji-clip');
});

function examples(count: number, broken: readonly number[] = []): Example[] {
  return Array.from({ length: count }, (_, i) => ({
    key: `k${i}`,
    image: broken.includes(i) ? noPicture : pictures[i % 3],
    captions: [`a heart ${i}`, `the number ${i} of many`, `${i}`],
  }));
}

function source(list: Example[], options: Partial<BatchOptions> = {}) {
  return batchesOf(datasetOf(list), { processor, batchSize: 4, ...options });
}

/** What is in the batches, which are disposed. */
async function contents(batches: AsyncIterable<TrainingBatch>) {
  const all = [];
  for await (const batch of batches) {
    const { pixelValues, inputIds, attentionMask, ...numbers } = batch;
    const sum = await sumOf(pixelValues);
    const ids = await inputIds.array();
    const texts = processor.batchDecode(ids, { skipSpecialTokens: true });
    all.push({ ...numbers, shape: pixelValues.shape, sum, ids, texts, mask: await attentionMask.array() });
    tf.dispose([pixelValues, inputIds, attentionMask]);
  }
  return all;
}

async function sumOf(tensor: tf.Tensor): Promise<number> {
  let sum = 0;
  for (const value of await tensor.data()) sum += value;
  return sum;
}

const keysOf = async (batches: AsyncIterable<TrainingBatch>) =>
  (await contents(batches)).map(({ keys }) => keys);

describeBackends('batchesOf', () => {
  it("gives the processor's pixels and tokens, and leaves no tensor", async () => {
    await leavesNoTensors(async () => {
      const [batch] = await contents(source(examples(3), { shuffle: false, captions: 'all' }).batches(0));
      const expected = await processor.call({
        text: examples(3).flatMap(({ captions }) => captions),
        images: pictures,
        padding: true,
      });
      expect(batch.sum).toBe(await sumOf(expected.pixelValues));
      expect(batch.shape).toEqual([3, 3, 48, 48]);
      expect(batch.ids).toEqual(await expected.inputIds.array());
      expect(batch.mask).toEqual(await expected.attentionMask!.array());
      expect(batch.groupOfText).toEqual(Int32Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2));
      expect(batch.groupOfImage).toEqual(Int32Array.of(0, 1, 2));
      return expected as unknown as tf.TensorContainer;
    });
  });
});

describe('an epoch', () => {
  it('has all records once, as many batches as said, and the same ones again', async () => {
    const batches = source(examples(10));
    expect(batches.batchesPerEpoch).toBe(3);
    const first = await contents(batches.batches(0));
    expect(first.map(({ keys }) => keys.length)).toEqual([4, 4, 2]);
    expect(new Set(first.flatMap(({ keys }) => keys)).size).toBe(10);
    expect(await contents(batches.batches(0))).toEqual(first);
    expect(await contents(source(examples(10), { prefetch: 0, workers: 0 }).batches(0))).toEqual(first);
    await batches.close();
    expect(await contents(batches.batches(0))).toEqual(first);
    const second = await contents(batches.batches(1));
    expect(second.map(({ keys }) => keys)).not.toEqual(first.map(({ keys }) => keys));
    expect(await keysOf(source(examples(10), { seed: 1 }).batches(0))).not.toEqual(
      first.map(({ keys }) => keys),
    );
  });

  it('taken up at a batch is what it would have been, and reads no picture of those before', async () => {
    const read: string[] = [];
    const dataset = datasetOf(examples(10));
    const readBy = (record: ImageTextRecord) => {
      read.push(record.key);
      return record.readImage();
    };
    const watched = {
      ...dataset,
      name: 'watched',
      size: 10,
      async *records(...pass: Parameters<typeof dataset.records>) {
        for await (const record of dataset.records(...pass)) {
          yield { ...record, readImage: () => readBy(record) };
        }
      },
    };
    const options = { processor, batchSize: 4, augmentation: 'rsicd' } as const;
    const whole = await contents(batchesOf(dataset, options).batches(2));
    expect(await contents(batchesOf(watched, options).batches(2, 1))).toEqual(whole.slice(1));
    expect(read.sort()).toEqual(
      whole
        .slice(1)
        .flatMap(({ keys }) => keys)
        .sort(),
    );
  });

  it('leaves out a smaller last batch where asked to', async () => {
    const batches = source(examples(10), { dropLast: true });
    expect(batches.batchesPerEpoch).toBe(2);
    expect((await keysOf(batches.batches(0))).map(({ length }) => length)).toEqual([4, 4]);
  });

  it('ends when its reader has had enough', async () => {
    await leavesNoTensors(async () => {
      for await (const { pixelValues, inputIds, attentionMask } of source(examples(40)).batches(0)) {
        tf.dispose([pixelValues, inputIds, attentionMask]);
        break;
      }
    });
  });
});

describe('captions', () => {
  it('are one of several, another one in other epochs', async () => {
    const batches = source(examples(8), { shuffle: false, batchSize: 8 });
    const texts = await Promise.all(
      [0, 1, 2, 3].map(async (epoch) => (await contents(batches.batches(epoch)))[0].texts),
    );
    for (const [i, { captions }] of examples(8).entries()) {
      for (const each of texts) expect(captions).toContain(each[i]);
    }
    expect(new Set(texts.map(String)).size).toBe(4);
  });

  it('may be others than those of the record', async () => {
    const captionAugmentation: BatchOptions['captionAugmentation'] = ({ key }, random) => [
      `${key} ${random() < 2 ? 'drawn' : ''}`,
    ];
    const [{ texts }] = await contents(
      source(examples(2), { shuffle: false, captionAugmentation }).batches(0),
    );
    expect(texts).toEqual(['k 0 drawn', 'k 1 drawn']);
    const none = source(examples(1), { captionAugmentation: () => [] });
    expect(await thrown(() => contents(none.batches(0)))).toStrictEqual(
      new InvalidArgumentError('captionAugmentation gives no caption for k0; give at least one.'),
    );
  });

  it('of one group stand for each other', async () => {
    const list = examples(3).map((example, i) => ({ ...example, group: i === 1 ? 'other' : 'same' }));
    const [batch] = await contents(source(list, { shuffle: false }).batches(0));
    expect(batch.groupOfImage).toEqual(Int32Array.of(0, 1, 0));
    expect(batch.groupOfText).toEqual(Int32Array.of(0, 1, 0));
  });

  it('are cut to maxLength, and padded to it where asked', async () => {
    const options = { shuffle: false, captions: 'all', maxLength: 5 } as const;
    const [cut] = await contents(source(examples(1), options).batches(0));
    expect(cut.ids.map(({ length }) => length)).toEqual([5, 5, 5]);
    const [padded] = await contents(
      source(examples(1), { ...options, maxLength: 12, padding: 'max_length' }).batches(0),
    );
    expect(padded.mask.map((row) => row.length)).toEqual([12, 12, 12]);
    expect(padded.mask[2].reduce((a, b) => a + b)).toBe(3);
  });
});

describe('broken records', () => {
  it('leave their places empty', async () => {
    const told: BrokenRecord[] = [];
    const list = examples(8, [1, 6]);
    list[3] = { ...list[3], captions: ' ' };
    const onBroken = (problem: BrokenRecord) => told.push(problem);
    expect(await keysOf(source(list, { shuffle: false, onBroken }).batches(0))).toEqual([
      ['k0', 'k2'],
      ['k4', 'k5', 'k7'],
    ]);
    expect(told.map(({ key }) => key)).toEqual(['k1', 'k3', 'k6']);
    expect(told[1].problem).toBe('it has no caption');
    expect(told[0].problem).toMatch(/^The picture is not a picture that can be read: /);
  });

  it('end the epoch when they are too many', async () => {
    const list = examples(20, [0, 4, 9, 13]);
    const error = (await thrown(() =>
      contents(source(list, { shuffle: false, maxBroken: 2 }).batches(0)),
    )) as Error;
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message.replace(/: The picture.*/g, '')).toBe(
      'examples has more than 2 broken records in one epoch (maxBroken). The first are:\n  k0\n  k4\n  k9',
    );
    const captionless = list.map((example) => ({ ...example, captions: '' }));
    const early = await thrown(() =>
      contents(source(captionless, { maxBroken: 0, shuffle: false }).batches(0)),
    );
    expect(early).toStrictEqual(
      new InvalidArgumentError(
        'examples has more than 0 broken records in one epoch (maxBroken). The first are:\n  k0: it has no caption',
      ),
    );
  });

  it('may be a whole batch at the end only', async () => {
    expect(await keysOf(source(examples(5, [4]), { shuffle: false }).batches(0))).toHaveLength(1);
    const error = (await thrown(() =>
      contents(source(examples(6, [0, 1]), { shuffle: false, batchSize: 2 }).batches(0)),
    )) as Error;
    expect(error.message).toMatch(
      /^All 2 records of a batch are broken; the first is k0: The picture is not /,
    );
  });
});

it.each([
  [{ batchSize: 0 }, 'batchSize is 0, but must be a whole number of at least 1.'],
  [{ prefetch: -1 }, 'prefetch is -1, but must be a whole number of at least 0.'],
  [{ workers: 1.5 }, 'workers is 1.5, but must be a whole number of at least 0.'],
  [{ captions: 'one' as 'all' }, "captions is 'one'; there are 'sample' and 'all'."],
])('refuses %j', async (options, message) => {
  expect(await thrown(() => source(examples(1), options))).toStrictEqual(new InvalidArgumentError(message));
});

it('refuses pictures that do not become one size, by their keys', async () => {
  const { imageProcessor, tokenizer } = processor;
  const json = { ...imageProcessor.toJSON(), do_center_crop: false, do_resize: false };
  const asTheyCome = new CLIPProcessor({
    imageProcessor: (imageProcessor.constructor as typeof import('tfjs-clip').CLIPImageProcessor).fromJSON(
      json,
    ),
    tokenizer,
  });
  const list = [examples(1)[0], { key: 'tiny', image: onePixel, captions: 'x' }];
  const error = (await thrown(() =>
    contents(source(list, { processor: asTheyCome, shuffle: false }).batches(0)),
  )) as Error;
  expect(error.message).toMatch(
    /^The picture of k0 becomes \[3,\d+,\d+\] and that of tiny \[3,1,1\]; a batch needs one size\./,
  );
});

it('holds no more after 10,000 records than after 2,000', async () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const imageProcessor = new CLIPImageProcessor({ size: 4, cropSize: 4 });
  const small = new CLIPProcessor({ imageProcessor, tokenizer: processor.tokenizer });
  const list = examples(10_000).map((example) => ({ ...example, image: onePixel }));
  const heap: number[] = [];
  let batches = 0;
  for await (const batch of source(list, { processor: small, batchSize: 100 }).batches(0)) {
    tf.dispose([batch.pixelValues, batch.inputIds, batch.attentionMask]);
    if (++batches !== 20 && batches !== 100) continue;
    collect();
    heap.push(process.memoryUsage().heapUsed);
  }
  expect(batches).toBe(100);
  expect(heap[1] - heap[0]).toBeLessThan(5e6);
});
