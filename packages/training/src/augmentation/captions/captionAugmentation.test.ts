// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfigurationError, InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import type { ImageTextRecord } from '../../data/dataset.js';
import { datasetOf } from '../../data/datasetOf.js';
import { randomFor } from '../../random.js';
import { type CaptionConfig, captionAugmentation } from './captionAugmentation.js';
import { type ExtraCaptions, readExtraCaptions, unmatchedNames } from './extraCaptions.js';

function record(captions: string[], names: Partial<ImageTextRecord> = {}): ImageTextRecord {
  return { key: 'train.jsonl:1', captions, readImage: () => Promise.reject(new Error('not read')), ...names };
}

const pizza = record(['pizza', 'cheese', 'food', 'slice']);

function drawn(config: CaptionConfig, of: ImageTextRecord, count = 2000, extra?: ExtraCaptions): string[][] {
  const augment = captionAugmentation(config, extra);
  return Array.from({ length: count }, (_, epoch) => [
    ...augment(of, randomFor(4, 'caption', epoch, of.key)),
  ]);
}

function expectShare(found: number, all: number, probability: number): void {
  expect(Math.abs(found - all * probability)).toBeLessThan(
    4 * Math.sqrt(all * probability * (1 - probability)),
  );
}

it('leaves captions as they are by default', () => {
  expect(drawn({}, pizza, 3)).toEqual(Array(3).fill(pizza.captions));
  expect(drawn('none', pizza, 3)).toEqual(Array(3).fill(pizza.captions));
});

it('puts each caption in one of the templates, each as often, wherever {} stands', () => {
  const templates = ['a photo of {}', '{}: {}', '$& {}'];
  const all = drawn({ templates }, record(['a $1 cat', 'a dog']));
  for (const [template, first] of [
    ['a photo of {}', 'a photo of a $1 cat'],
    ['{}: {}', 'a $1 cat: a $1 cat'],
    ['$& {}', '$& a $1 cat'],
  ]) {
    expect([template, all.filter(([cat]) => cat === first).length > 0]).toEqual([template, true]);
    expectShare(all.filter(([cat]) => cat === first).length, all.length, 1 / 3);
  }
  expect(all.every(([, dog]) => dog.includes('a dog'))).toBe(true);
});

it('takes tags alone, after the name or not at all, as often as asked', () => {
  const all = drawn({ tags: { alone: 0.25, appended: 0.2 } }, pizza);
  expect(all.every((captions) => captions.length === 1)).toBe(true);
  const texts = all.flat();
  expectShare(texts.filter((text) => text === 'pizza').length, texts.length, 0.55);
  for (const tag of ['cheese', 'food', 'slice']) {
    expectShare(texts.filter((text) => text === tag).length, texts.length, 0.25 / 3);
  }
  const appended = texts.filter((text) => text.includes(','));
  expect(new Set(appended)).toEqual(
    new Set([
      ...['pizza, cheese, food', 'pizza, food, cheese', 'pizza, cheese, slice'],
      ...['pizza, slice, cheese', 'pizza, food, slice', 'pizza, slice, food'],
    ]),
  );
});

it('has only the name where there is no tag, and one tag to append where there is one', () => {
  const tags = { alone: 0.5, appended: 0.5 };
  expect(new Set(drawn({ tags }, record(['pizza']), 20).flat())).toEqual(new Set(['pizza']));
  expect(new Set(drawn({ tags }, record(['pizza', 'food']), 50).flat())).toEqual(
    new Set(['food', 'pizza, food']),
  );
});

it('gives the same captions for the same keys', () => {
  expect(drawn('emoji', pizza, 50)).toEqual(drawn('emoji', pizza, 50));
  expect(new Set(drawn('emoji', pizza, 50).flat()).size).toBeGreaterThan(20);
});

describe('extra captions', () => {
  let folder: string;
  const written = async (name: string, content: string) => {
    const file = path.join(folder, name);
    await writeFile(file, content);
    return file;
  };

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'captions-'));
  });

  afterAll(() => rm(folder, { recursive: true }));

  it.each([
    [
      'textaug_train_rsicd.jsonl',
      '{"filename": "images/airport_1.jpg", "captions": ["planes parked there", "a runway"]}\n{"filename": "b.jpg", "captions": ["b"]}\n',
    ],
    ['back-translated.json', '{"images/airport_1.jpg": ["planes parked there", "a runway"], "b.jpg": "b"}'],
    [
      'captions.csv',
      'filepath,title\nimages/airport_1.jpg,planes parked there\nimages/airport_1.jpg,a runway\nb.jpg,b\n',
    ],
  ])('of %s join those of the picture with that name, once each', async (name, content) => {
    const extra = await readExtraCaptions(await written(name, content));
    const airport = record(['many planes', 'a runway'], { group: 'images/airport_1.jpg' });
    const joined = ['many planes', 'a runway', 'planes parked there'];
    expect(drawn({}, airport, 1, extra)).toEqual([joined]);
    expect(drawn({ templates: ['{}!'] }, airport, 1, extra)).toEqual([joined.map((text) => `${text}!`)]);
    expect(drawn({}, record(['c'], { group: 'c.jpg' }), 1, extra)).toEqual([['c']]);
    expect(drawn({}, record(['own'], { group: 'other/b.jpg' }), 1, extra)).toEqual([['own', 'b']]);
    expect(drawn({}, record(['own'], { key: 'b.jpg' }), 1, extra)).toEqual([['own', 'b']]);
  });

  it('of pictures that a dataset lacks are named', async () => {
    const extra = new Map(['a.jpg', 'b.jpg', 'c.jpg'].map((name) => [name, ['text']]));
    const image = new Uint8Array();
    const dataset = datasetOf([
      { key: 'a.jpg', image, captions: 'a' },
      { key: '2', group: 'folder/b.jpg', image, captions: 'b' },
    ]);
    expect(await unmatchedNames(extra, dataset)).toEqual(['c.jpg']);
  });

  it('must be in a file that can be read', async () => {
    const absent = path.join(folder, 'absent.json');
    const error = await thrown(() => readExtraCaptions(absent));
    expect(error).toStrictEqual(new InvalidArgumentError(`There is no file '${absent}'.`));
  });
});

it.each<[CaptionConfig, string]>([
  [
    { templates: ['a photo of'] },
    'captions.templates is ["a photo of"], but must be a list of texts with {} where the caption goes, such as [\'a photo of {}\'].',
  ],
  [
    { templates: [] },
    "captions.templates is [], but must be a list of texts with {} where the caption goes, such as ['a photo of {}'].",
  ],
  [
    'tags' as CaptionConfig,
    'The caption augmentation is "tags", but must be one of none, emoji, or options such as { "templates": ["a photo of {}"] }.',
  ],
  [{ tags: { alone: 2 } }, 'captions.tags.alone is 2, but must be a number from 0 to 1.'],
  [
    { template: '{}' } as CaptionConfig,
    "captions has no option 'template'; its options are tags, templates.",
  ],
])('refuses %j', async (options, message) => {
  expect(await thrown(() => captionAugmentation(options))).toStrictEqual(new ConfigurationError(message));
});
