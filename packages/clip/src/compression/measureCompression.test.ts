// SPDX-License-Identifier: Apache-2.0
/** Against figures that transformers gave for weights rounded in numpy: test/python/make_compression.py. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel } from '../models/index.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import {
  type CompressionCost,
  type CompressionOptions,
  measureCompression,
  type WeightStorage,
} from './index.js';

interface Expected {
  images: string[];
  texts: string[];
  compressed: Omit<CompressionCost, 'bytes'>[];
}

const FIXTURES = path.resolve(__dirname, '../../../../test/fixtures');
/** Far below what tells int8 from float16, and one group of int4 from the other. */
const TOLERANCE = 1e-7;

let expected: Expected;
let images: string[];
beforeAll(async () => {
  expected = JSON.parse(await readFile(path.join(FIXTURES, 'compression/expected.json'), 'utf8'));
  images = expected.images.map((file) => path.join(FIXTURES, 'images', file));
});

describeBackends('measureCompression', () => {
  it('gives the cosines and the agreement of transformers', async () => {
    await leavesNoTensors(async () => {
      const report = await measureCompression('emoji-clip', { images, texts: expected.texts });
      expect(report.compressed.map(({ storage }) => storage)).toEqual(
        expected.compressed.map(({ storage }) => storage),
      );
      for (const [i, cost] of report.compressed.entries()) {
        const wanted = expected.compressed[i];
        for (const kind of ['images', 'texts'] as const) {
          expect(Math.abs(cost[kind].min - wanted[kind].min)).toBeLessThan(TOLERANCE);
          expect(Math.abs(cost[kind].mean - wanted[kind].mean)).toBeLessThan(TOLERANCE);
        }
        expect(cost.top1Agreement).toBe(wanted.top1Agreement);
      }
    });
  });
}, ['wasm', 'tensorflow']);

describe('with a loaded model', () => {
  const storages: WeightStorage[] = [
    { dtype: 'BF16' },
    { dtype: 'F16', quantization: { type: 'int4', group: 64 } },
  ];
  let folder: string;
  let model: TFCLIPModel;
  let processor: CLIPProcessor;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'compression-'));
    model = await TFCLIPModel.fromPretrained('emoji-clip');
    processor = await CLIPProcessor.fromPretrained('emoji-clip');
  });
  afterAll(async () => {
    model.dispose();
    await rm(folder, { recursive: true });
  });

  it('leaves it as it was, and tells the sizes of the files that savePretrained writes', async () => {
    await leavesNoTensors(async () => {
      const before = await digestOf(model);
      const told: number[][] = [];
      const progress = (done: number, total: number) => void told.push([done, total]);
      const few = { images: images.slice(0, 1), texts: ['a', 'b'], storages, progress };
      const report = await measureCompression({ model, processor }, few);
      expect(told).toEqual([1, 3, 4, 6, 7, 9].map((done) => [done, 9]));
      expect(await digestOf(model)).toBe(before);
      expect(report.original.bytes).toBe(await savedSize(model, path.join(folder, 'original')));
      for (const [i, storage] of storages.entries()) {
        const size = await savedSize(model, path.join(folder, String(i)), storage);
        expect(report.compressed[i]).toMatchObject({ storage, bytes: size });
      }
    });
  });

  it.each([
    [{ images: [], texts: ['a'] }, 'measureCompression needs { images, texts }, lists of at least one each.'],
    [
      { images: ['a.png'], texts: ['a'], storages: [{ dtype: 'float16' }] },
      `dtype "float16" is none that weights are saved as; there are 'F32', 'F16' and 'BF16'.`,
    ],
    [
      { images: ['a.png'], texts: ['a'], storages: [{ quantization: { type: 'int2' } }] },
      `quantization.type "int2" is not known; there are 'int8' and 'int4'.`,
    ],
    [
      { images: ['a.png'], texts: ['a'], batchSize: 0 },
      'batchSize is 0, but must be a whole number of at least 1.',
    ],
  ])('refuses %j before it computes', async (options, message) => {
    const error = await thrown(() =>
      measureCompression({ model, processor }, options as unknown as CompressionOptions),
    );
    expect(error).toStrictEqual(new InvalidArgumentError(message));
  });

  it('leaves no tensors when a picture cannot be read', async () => {
    await leavesNoTensors(async () => {
      const missing = { images: ['no-such.png'], texts: ['a'] };
      await expect(measureCompression('emoji-clip', missing)).rejects.toThrow(/no-such\.png/);
    });
  });
});

async function digestOf(model: TFCLIPModel): Promise<string> {
  const hash = createHash('sha256');
  for (const variable of model.namedWeights().values()) hash.update(await variable.data());
  return hash.digest('hex');
}

async function savedSize(model: TFCLIPModel, folder: string, storage?: WeightStorage): Promise<number> {
  await model.savePretrained(folder, storage);
  return (await stat(path.join(folder, 'model.safetensors'))).size;
}
