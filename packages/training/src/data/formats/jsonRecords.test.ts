// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../../test/training/dataFolder.js';
import { openJSONRecords } from './jsonRecords.js';

const folder = new DataFolder();

beforeAll(() => folder.write({ 'images/a.jpg': 'A', 'images/b.jpg': 'B' }));
afterAll(() => folder.remove());

const open = (content: string, options = {}) =>
  openJSONRecords(folder.write({ 't.jsonl': content }), options);

it("reads RSICD's lines", async () => {
  const dataset = await open(
    '{"filename": "a.jpg", "captions": ["an airport", "", "planes"]}\n\n{"filename": "b.jpg", "captions": ["a bridge"]}',
    { imageRoot: folder.at('images') },
  );
  expect(dataset.describe()).toBe("JSON lines, 2 records, pictures in 'filename', captions in 'captions'");
  expect(await passOver(dataset)).toEqual({
    records: [
      { key: 't.jsonl:1', captions: ['an airport', 'planes'], group: 'a.jpg', image: 'A' },
      { key: 't.jsonl:3', captions: ['a bridge'], group: 'b.jpg', image: 'B' },
    ],
    broken: [],
  });
});

it.each([
  ['{"image_path": "images/a.jpg", "caption": "x"}\n', 'JSON lines, 1 records'],
  ['[{"image": "images/a.jpg", "text": "x"}]', 'JSON list, 1 records'],
  ['\ufeff {"filepath": "images/a.jpg", "title": "x"}\r\n', 'JSON lines, 1 records'],
])('reads %s', async (content, description) => {
  const dataset = await open(content);
  expect(dataset.describe()).toContain(description);
  const { records } = await passOver(dataset);
  expect(records).toEqual([{ key: 't.jsonl:1', captions: ['x'], group: 'images/a.jpg', image: 'A' }]);
});

it('tells of broken lines and reads the others', async () => {
  const lines = [
    '{"filename"',
    '{"filename": 3, "captions": "x"}',
    '[1]',
    '{"filename": "a", "captions": [2, null]}',
  ];
  const { records, broken } = await passOver(
    await open([...lines, '{"filename": "a", "captions": "x"}'].join('\n')),
  );
  expect(records.map(({ key }) => key)).toEqual(['t.jsonl:5']);
  expect(broken.map(({ key }) => key)).toEqual(['t.jsonl:1', 't.jsonl:2', 't.jsonl:3', 't.jsonl:4']);
  expect(broken[0].problem).toMatch(/JSON/);
  expect(broken.slice(1).map(({ problem }) => problem)).toEqual([
    'it names no picture',
    'it is not a JSON object',
    'it has no caption',
  ]);
});

it('shuffles by seed and epoch, and gives every record once', async () => {
  const lines = Array.from({ length: 50 }, (_, i) => `{"filename": "${i}", "captions": "x"}\n`);
  const dataset = await open(lines.join(''));
  const order = async (seed: number | null, epoch: number) =>
    (await passOver(dataset, { seed, epoch })).records.map(({ group }) => Number(group));
  const inOrder = Array.from({ length: 50 }, (_, i) => i);
  expect(await order(null, 3)).toEqual(inOrder);
  const first = await order(7, 0);
  expect(await order(7, 0)).toEqual(first);
  expect([...first].sort((a, b) => a - b)).toEqual(inOrder);
  for (const other of [await order(7, 1), await order(8, 0), inOrder]) expect(other).not.toEqual(first);
});

it('refuses a file without records', async () => {
  const place = folder.at('t.jsonl');
  expect(await thrown(() => open('\n \n'))).toStrictEqual(
    new InvalidArgumentError(`${place} has no JSON records: it is empty.`),
  );
  expect(await thrown(() => open('1\n2\n'))).toStrictEqual(
    new InvalidArgumentError(`${place} has no JSON records: it is not a JSON object.`),
  );
});
