// SPDX-License-Identifier: Apache-2.0
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../../test/training/dataFolder.js';
import { openCaptionFiles, openClassFolders } from './folders.js';

const folder = new DataFolder();
afterAll(() => folder.remove());

it('reads captions beside pictures, one a line', async () => {
  folder.write({
    'texts/b/2.PNG': 'B',
    'texts/b/2.txt': 'two\r\n\n deux \n',
    'texts/a.jpg': 'A',
    'texts/a.txt': ' ',
  });
  folder.write({ 'texts/c.webp': 'C', 'texts/notes.md': '' });
  const dataset = await openCaptionFiles(folder.at('texts'));
  expect(dataset.describe()).toBe('A folder, 3 pictures with .txt files beside them');
  expect(await passOver(dataset)).toEqual({
    records: [{ key: 'b/2.PNG', captions: ['two', 'deux'], image: 'B' }],
    broken: [
      { key: 'a.jpg', problem: 'it has no caption' },
      { key: 'c.webp', problem: `there is no file 'c.txt' in ${folder.at('texts')}` },
    ],
  });
});

it('reads a folder for each class', async () => {
  folder.write({ 'classes/ice_cream/x/1.jpg': '1', 'classes/cat/2.jpg': '2', 'classes/cover.jpg': '0' });
  const templates = ['a {}', '{}, a photo of {}'];
  const dataset = await openClassFolders(folder.at('classes'), { templates });
  expect(dataset.describe()).toBe('A folder for each class, 2 classes, 2 pictures, 2 captions each');
  expect((await passOver(dataset)).records).toEqual([
    { key: 'cat/2.jpg', captions: ['a cat', 'cat, a photo of cat'], group: 'cat', image: '2' },
    {
      key: 'ice_cream/x/1.jpg',
      captions: ['a ice cream', 'ice cream, a photo of ice cream'],
      group: 'ice cream',
      image: '1',
    },
  ]);
});

it('refuses a folder without pictures, and templates without a place for the class', async () => {
  folder.write({ 'none/a.txt': '' });
  expect(await thrown(() => openCaptionFiles(folder.at('none')))).toStrictEqual(
    new InvalidArgumentError(`There is no picture in the folder ${folder.at('none')}.`),
  );
  expect(await thrown(() => openClassFolders(folder.at('none'), { templates: ['a photo'] }))).toStrictEqual(
    new InvalidArgumentError("templates holds 'a photo', but a template has {} where the class goes."),
  );
});
