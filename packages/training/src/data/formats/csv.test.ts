// SPDX-License-Identifier: Apache-2.0
import { symlinkSync } from 'node:fs';
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../../test/training/dataFolder.js';
import { openCSV } from './csv.js';

const folder = new DataFolder();
const pictures = { 'a.jpg': 'A', 'in/b.png': 'B' };

beforeAll(() => folder.write(pictures));
afterAll(() => folder.remove());

const open = (content: string | Uint8Array, options = {}) =>
  openCSV(folder.write({ 't.csv': content }), options);

it("reads open_clip's tables", async () => {
  const dataset = await open('filepath\ttitle\na.jpg\ta cat\nin/b.png\t5" pipe, "new"\n');
  expect(dataset.describe()).toBe(
    "CSV separated by tabs, 2 rows, pictures in 'filepath', captions in 'title'",
  );
  expect(dataset.size).toBe(2);
  expect(await passOver(dataset)).toEqual({
    records: [
      { key: 't.csv:2', captions: ['a cat'], group: 'a.jpg', image: 'A' },
      { key: 't.csv:3', captions: ['5" pipe, "new"'], group: 'in/b.png', image: 'B' },
    ],
    broken: [],
  });
});

it('reads quotes, newlines in them, a byte order mark, carriage returns, blank lines and several captions', async () => {
  const dataset = await open(
    '\ufeffimage,caption_1,caption_2\r\n\r\n"a.jpg","one, ""two""\r\nthree",größer\r\nin/b.png,,  x \r\n',
  );
  expect(dataset.describe()).toBe(
    "CSV separated by commas, 2 rows, pictures in 'image', captions in 'caption_1', 'caption_2'",
  );
  const { records } = await passOver(dataset);
  expect(records.map(({ key, captions, image }) => [key, captions, image])).toEqual([
    ['t.csv:3', ['one, "two"\r\nthree', 'größer'], 'A'],
    ['t.csv:5', ['x'], 'B'],
  ]);
});

it("reads Flickr30k's bars, without a newline at the end", async () => {
  const { records } = await passOver(await open('image_name| comment_number| comment\na.jpg| 0| a cat'));
  expect(records[0]).toEqual({ key: 't.csv:2', captions: ['a cat'], group: 'a.jpg', image: 'A' });
});

it('takes the columns and the separator that are named', async () => {
  const options = { separator: '^', imageColumn: 'where', captionColumn: ['en', 'de'] };
  const { records } = await passOver(await open('de^where^en\nKatze^a.jpg^cat\n', options));
  expect(records[0].captions).toEqual(['cat', 'Katze']);
});

it('tells of broken rows and reads the others', async () => {
  const latin1 = Buffer.from(
    'filepath,title\na.jpg\n,x\na.jpg, \na.jpg,gr\xf6\xdfer\n"a.jpg"s,x\na.jpg,whole\n',
    'latin1',
  );
  const { records, broken } = await passOver(await open(latin1));
  expect(records.map(({ key }) => key)).toEqual(['t.csv:7']);
  expect(broken).toEqual([
    { key: 't.csv:2', problem: 'it has 1 fields where the header has 2' },
    { key: 't.csv:3', problem: 'it names no picture' },
    { key: 't.csv:4', problem: 'it has no caption' },
    { key: 't.csv:5', problem: 'it is not UTF-8 text' },
    { key: 't.csv:6', problem: 'text follows a closing quote: "s,x' },
  ]);
});

it('reads no picture outside the root, by whatever name', async () => {
  const outside = new DataFolder();
  const secret = outside.write({ 'secret.jpg': 'S' });
  symlinkSync(secret, folder.at('link.jpg'));
  symlinkSync(outside.path, folder.at('links'));
  const names = [`../${outside.path.split('/').pop()}/secret.jpg`, secret, 'link.jpg', 'links/secret.jpg'];
  const table = `filepath,title\n${[...names, 'none.jpg', 'in\0.jpg'].map((name) => `${name},x\n`).join('')}`;
  const { records } = await passOver(await open(table));
  const refusal = (name: string) =>
    `! '${name}' lies outside ${folder.path}, and only files under imageRoot are read; if it is to be read, name a ` +
    'folder above it as imageRoot';
  expect(records.map(({ image }) => image)).toEqual([
    ...names.map(refusal),
    `! there is no file 'none.jpg' in ${folder.path}`,
    `! there is no file 'in\0.jpg' in ${folder.path}`,
  ]);
  const wider = await passOver(await open(table, { imageRoot: '/' }));
  expect(wider.records.map(({ image }) => image).slice(1, 2)).toEqual(['S']);
  outside.remove();
});

it.each([
  [
    '',
    {},
    't.csv has no header of at least two columns separated by tabs, commas, semicolons or bars, such as ' +
      "'filepath,title'; name another character with separator.",
  ],
  [
    'filepath,x\n',
    {},
    "t.csv has the fields 'filepath', 'x', and none is known to hold captions; name it with captionColumn.",
  ],
  [
    'x,title\n',
    {},
    "t.csv has the fields 'x', 'title', and none is known to hold pictures; name it with imageColumn.",
  ],
  ['filepath,title\n', { captionColumn: 'en' }, "t.csv has no field 'en'; there are 'filepath', 'title'."],
  [
    'filepath,title\na.jpg,"cat\nb.jpg,dog\n',
    {},
    't.csv: a quote opens in the record at line 2 and never closes. Close it, or double it.',
  ],
])('refuses %j', async (content, options, message) => {
  const error = await thrown(() => open(content, options));
  expect(error).toStrictEqual(new InvalidArgumentError(folder.at(message)));
});

it('refuses a separator of two characters, and a file that is not there', async () => {
  expect(await thrown(() => open('a,b\n', { separator: '::' }))).toStrictEqual(
    new InvalidArgumentError("separator is '::', but must be one ASCII character."),
  );
  expect(await thrown(() => openCSV(folder.at('no.csv')))).toStrictEqual(
    new InvalidArgumentError(`There is no file '${folder.at('no.csv')}'.`),
  );
});
