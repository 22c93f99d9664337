// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../test/training/dataFolder.js';
import { openDataset } from './openDataset.js';

const folder = new DataFolder();

beforeAll(() => {
  const line = '{"file_name": "a.jpg", "text": "a cat"}';
  const images = [{ id: 1, file_name: 'a.jpg', filename: 'a.jpg', sentences: [{ raw: 'a cat' }] }];
  folder.write({
    'a.jpg': 'A',
    't.csv': 'filepath,title\na.jpg,a cat\n',
    't.tsv': 'filepath\ttitle\na.jpg\ta cat\n',
    'captions.txt': 'image,caption\na.jpg,a cat\n',
    't.jsonl': line,
    'lines.json': `${line}\n${line}\n`,
    'line.json': line,
    'list.json': `[${line}]`,
    'karpathy.json': JSON.stringify({ images }),
    'coco.json': JSON.stringify({
      images: [{ id: 1, file_name: 'a.jpg' }],
      annotations: [{ image_id: 1, caption: 'a cat' }],
    }),
    'texts/a.jpg': 'A',
    'texts/a.txt': 'a cat',
    'classes/cat/a.jpg': 'A',
    'metadata/a.jpg': 'A',
    'metadata/metadata.jsonl': line,
    'shard/a.jpg': 'A',
    'shard/a.txt': 'a cat',
    'readme.md': '',
    'empty/x.md': '',
  });
  execFileSync('tar', ['-cf', folder.at('s-0.tar'), '-C', folder.at('shard'), 'a.jpg', 'a.txt']);
});

afterAll(() => folder.remove());

it.each([
  ['t.csv', 'CSV separated by commas'],
  ['t.tsv', 'CSV separated by tabs'],
  ['captions.txt', 'CSV separated by commas'],
  ['t.jsonl', 'JSON lines, 1 '],
  ['lines.json', 'JSON lines, 2 '],
  ['line.json', 'JSON lines, 1 '],
  ['list.json', 'JSON list, 1 '],
  ['karpathy.json', "Karpathy's splits, 1 "],
  ['coco.json', 'COCO annotations, 1 '],
  ['texts', 'A folder, 1 '],
  ['classes', 'A folder for each class, 1 '],
  ['metadata', 'JSON lines, 1 '],
  ['s-0.tar', 'webdataset, 1 shard'],
  ['s-{0..0}.tar', 'webdataset, 1 shard'],
])('finds out what %s is', async (name, description) => {
  const dataset = await openDataset(folder.at(name), { templates: ['a {}'] });
  expect(dataset.describe().slice(0, description.length)).toBe(description);
  const { records, broken } = await passOver(dataset);
  expect([records[0].captions, records[0].image, broken]).toEqual([['a cat'], 'A', []]);
});

it.each([
  ['none.json', (place: string) => `There is no dataset '${place}': no such file or folder.`],
  ['none', (place: string) => `There is no dataset '${place}': no such file or folder.`],
  [
    'readme.md',
    (place: string) =>
      `'${place}' is no dataset: accepted are .csv, .tsv, .txt, .jsonl, .json, .tar and folders.`,
  ],
  [
    'empty',
    () =>
      'The folder empty is no dataset: it has neither pictures with .txt files beside them, nor a folder for each class, ' +
      'nor a metadata.jsonl or metadata.csv.',
  ],
])('refuses %s', async (name, message) => {
  const error = await thrown(() => openDataset(folder.at(name)));
  expect(error).toStrictEqual(new InvalidArgumentError(message(folder.at(name))));
});
