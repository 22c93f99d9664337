// SPDX-License-Identifier: Apache-2.0
/** What the contact sheet is made of; test/training/contactSheet.test.ts looks at the whole. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { CLIPImageProcessor, CLIPProcessor, loadImage, pillowResize, toRgb } from 'tfjs-clip';
import { leavesNoTensors } from '../../../../../test/harness/leaks.js';
import { thrown } from '../../../../../test/harness/thrown.js';
import { batchesOf } from '../../data/batches.js';
import { datasetOf } from '../../data/datasetOf.js';
import { contactSheet } from './contactSheet.js';
import { denormalize } from './denormalize.js';
import { drawnIn, firstRecords } from './drawnRecords.js';
import { wrapText } from './wrapText.js';

const PICTURES = path.resolve(__dirname, '../../../../../test/fixtures/images/emoji');
const NAMES = ['apple', 'bicycle', 'cat', 'dog', 'pizza'];
const bytesOf = (name: string) => readFileSync(path.join(PICTURES, `${name}.png`));
const dataset = datasetOf(
  NAMES.map((name) => ({ key: name, image: bytesOf(name), captions: [`A picture of a ${name}.`, name] })),
);

describe('text is wrapped', () => {
  const wrap = (text: string, width: number, lines: number) => wrapText(text, width, lines, (t) => t.length);

  it.each<[string, number, number, string[]]>([
    ['a dog', 5, 3, ['a dog']],
    ['  a \n dog ', 5, 3, ['a dog']],
    ['a dog on a lawn', 6, 3, ['a dog', 'on a', 'lawn']],
    ['a dog on a lawn', 6, 2, ['a dog', 'on ...']],
    ['a dog on a lawn', 8, 1, ['a dog...']],
    ['photosynthesis', 5, 3, ['photo', 'synth', 'esis']],
    ['wide', 0, 2, ['w', '...']],
    ['', 5, 3, []],
  ])('%j within %i in %i lines', (text, width, lines, expected) => {
    expect(wrap(text, width, lines)).toEqual(expected);
  });
});

it.each([
  ['as CLIP', {}],
  ['one mean for all', { imageMean: 0.5, imageStd: 0.5 }],
  ['not normalised', { doNormalize: false }],
  ['not rescaled', { doRescale: false, doNormalize: false }],
])('what was processed %s becomes the levels again', async (_, settings) => {
  const processor = new CLIPImageProcessor({ size: 40, cropSize: 40, ...settings });
  const image = await loadImage(bytesOf('dog'));
  const expected = pillowResize(toRgb(image), 40, 40, 'bicubic');
  const { pixelValues } = await processor.preprocess(image, {
    returnTensors: null,
    dataFormat: 'channels_first',
  });
  const seen = denormalize(pixelValues[0] as Float32Array, 40, 40, processor);
  expect(seen).toMatchObject({ width: 40, height: 40, channels: 4 });
  expect(toRgb(seen).data).toEqual(expected.data);
});

describe('what is drawn', () => {
  let processor: CLIPProcessor;

  beforeAll(async () => {
    processor = await CLIPProcessor.fromPretrained('emoji-clip');
  });

  it.each(['sample', 'all'] as const)(
    'is what training reads in that epoch (captions: %s)',
    async (captions) => {
      const options = {
        processor,
        seed: 3,
        augmentation: 'emoji',
        captions,
        workers: 0,
        batchSize: 2,
      } as const;
      const records = await firstRecords(dataset, 3, options);
      for (const epoch of [0, 1]) {
        const trained = await readEpoch(epoch, options);
        const drawn = await drawnIn(epoch, records, options);
        expect(drawn).toHaveLength(3);
        for (const { key, image, caption } of drawn) {
          expect([key, [...image.data]]).toEqual([key, [...trained.get(key)!.levels]]);
          if (captions === 'sample') expect(caption).toBe(trained.get(key)!.text);
          else expect(caption).toBe(`a picture of a ${key}. / ${key}`);
        }
      }
      expect((await drawnIn(0, records, options)).map(({ key }) => key)).toEqual(
        [...(await readEpoch(0, options)).keys()].slice(0, 3),
      );
    },
  );

  it('leaves no tensor', async () => {
    const options = { processor, batchSize: 2 };
    await leavesNoTensors(async () => void (await drawnIn(0, dataset, options)));
  });

  it.each([
    [{ pictures: 0 }, 'pictures is 0, but must be a whole number of at least 1.'],
    [{ draws: 1.5 }, 'draws is 1.5, but must be a whole number of at least 1.'],
  ])('the sheet refuses %j', async (numbers, message) => {
    const error = (await thrown(() => contactSheet(dataset, { processor, ...numbers }))) as Error;
    expect(error.message).toBe(message);
  });

  it('tells of a picture that cannot be read, and refuses where there is no other', async () => {
    const broken = datasetOf([{ key: 'torn.png', image: bytesOf('dog').subarray(0, 99), captions: 'a dog' }]);
    const told: string[] = [];
    const options = { processor, onBroken: ({ key }: { key: string }) => void told.push(key) };
    const error = (await thrown(() => contactSheet(broken, options))) as Error;
    expect(error.message).toBe('examples has no picture to show: none of its first 8 can be read.');
    expect(told).toEqual(['torn.png']);
    const none = { name: 'none', size: 0, async *records() {} };
    const empty = (await thrown(() => contactSheet(none, options))) as Error;
    expect(empty.message).toBe('none has no record that can be read.');
  });

  /** Everything that training would read, by key in order. */
  async function readEpoch(epoch: number, options: Parameters<typeof batchesOf>[1]) {
    const found = new Map<string, { levels: Uint8Array; text: string }>();
    for await (const { keys, pixelValues, inputIds, attentionMask } of batchesOf(dataset, options).batches(
      epoch,
    )) {
      const [, , height, width] = pixelValues.shape;
      const ids = (await inputIds.array()) as number[][];
      for (const [i, key] of keys.entries()) {
        const values = tf.tidy(() => tf.gather(pixelValues, i));
        const levels = denormalize(
          (await values.data()) as Float32Array,
          height,
          width,
          processor.imageProcessor,
        );
        const text = processor.tokenizer.decode(ids[i], {
          skipSpecialTokens: true,
          cleanUpTokenizationSpaces: true,
        });
        found.set(key, { levels: levels.data, text });
        values.dispose();
      }
      tf.dispose([pixelValues, inputIds, attentionMask]);
    }
    return found;
  }
});
