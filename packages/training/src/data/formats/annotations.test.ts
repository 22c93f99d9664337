// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../../test/training/dataFolder.js';
import { openCOCO, openKarpathy } from './annotations.js';

const folder = new DataFolder();

beforeAll(() => folder.write({ 'images/a.jpg': 'A', 'images/b.jpg': 'B' }));
afterAll(() => folder.remove());

const write = (json: unknown) => folder.write({ 'coco.json': JSON.stringify(json) });

it("reads COCO's annotations", async () => {
  const images = [
    { id: 9, file_name: 'b.jpg' },
    { id: 4, file_name: 'a.jpg' },
    { id: 5, file_name: 'c.jpg' },
  ];
  const annotations = [
    { id: 1, image_id: 4, caption: 'a cat' },
    { id: 2, image_id: 9, caption: 'a dog.\n' },
    { id: 3, image_id: 4, caption: 'the cat' },
  ];
  const dataset = await openCOCO(write({ images, annotations }), { imageRoot: folder.at('images') });
  expect(dataset.describe()).toBe('COCO annotations, 3 pictures, 3 captions');
  expect(await passOver(dataset)).toEqual({
    records: [
      { key: 'b.jpg', captions: ['a dog.'], image: 'B' },
      { key: 'a.jpg', captions: ['a cat', 'the cat'], image: 'A' },
    ],
    broken: [{ key: 'c.jpg', problem: 'it has no caption' }],
  });
});

describe("Karpathy's splits", () => {
  const images = [
    { filename: 'a.jpg', filepath: 'images', split: 'train', sentences: [{ raw: 'a cat' }, { raw: 'cats' }] },
    { filename: 'b.jpg', filepath: 'images', split: 'test', sentences: [{ raw: 'a dog' }] },
    { filename: 'images/b.jpg', split: 'val', sentences: [{ raw: 'dogs' }] },
  ];

  it('are the training pictures unless one is named', async () => {
    const dataset = await openKarpathy(write({ images, dataset: 'coco' }));
    expect(dataset.describe()).toBe("Karpathy's splits, 1 pictures of train; there are train, test, val");
    expect(await passOver(dataset)).toEqual({
      records: [{ key: 'images/a.jpg', captions: ['a cat', 'cats'], image: 'A' }],
      broken: [],
    });
  });

  it('may be several', async () => {
    const dataset = await openKarpathy(write({ images }), { split: ['val', 'test'] });
    const { records } = await passOver(dataset);
    expect(records.map(({ captions, image }) => [captions[0], image])).toEqual([
      ['a dog', 'B'],
      ['dogs', 'B'],
    ]);
  });

  it('are those that there are', async () => {
    const error = await thrown(() => openKarpathy(write({ images }), { split: 'dev' }));
    expect(error).toStrictEqual(
      new InvalidArgumentError(`${folder.at('coco.json')} has no split 'dev'; there are train, test, val.`),
    );
  });
});

it('refuses what is neither', async () => {
  const place = folder.at('coco.json');
  expect(await thrown(() => openCOCO(write({ images: [] })))).toStrictEqual(
    new InvalidArgumentError(`${place} has no COCO annotations: it lacks the lists images and annotations.`),
  );
  expect(await thrown(() => openKarpathy(write({ images: [] })))).toStrictEqual(
    new InvalidArgumentError(`${place} is no file of Karpathy's: it has no list of images with sentences.`),
  );
});
