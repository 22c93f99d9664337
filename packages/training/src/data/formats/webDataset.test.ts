// SPDX-License-Identifier: Apache-2.0
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { DataFolder, passOver } from '../../../../../test/training/dataFolder.js';
import { expandBraces } from './braces.js';
import { readTar } from './tar.js';
import { openWebDataset } from './webDataset.js';

const folder = new DataFolder();
afterAll(() => folder.remove());

/** An archive made by the system's tar, with its files in the order given. */
function tar(name: string, files: Record<string, string>, format = 'ustar'): string {
  const content = folder.write({ [`${name}.files/.empty`]: '' });
  for (const [file, text] of Object.entries(files)) folder.write({ [`${name}.files/${file}`]: text });
  const list = Object.keys(files);
  execFileSync('tar', [`--format=${format}`, '-cf', folder.at(name), '-C', path.dirname(content), ...list]);
  return folder.at(name);
}

async function* inPieces(bytes: Uint8Array, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function filesOf(bytes: Uint8Array, pieceSize = 700): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for await (const file of readTar(inPieces(bytes, pieceSize)))
    files[file.name] = Buffer.from(file.bytes).toString();
  return files;
}

describe('tar', () => {
  const long = `${'folder/'.repeat(30)}größe.jpg`;
  const files = { 'a.txt': 'A'.repeat(1000), 'empty.txt': '', 'x/b.txt': 'B'.repeat(512) };

  it.each([
    ['ustar', { ...files, [`${'deep/'.repeat(30)}c.txt`]: 'C' }],
    ['gnu', { ...files, [long]: 'C' }],
    ['pax', { ...files, [long]: 'C' }],
  ])('of the kind %s is read, in pieces of any size', async (format, content) => {
    const bytes = readFileSync(tar(`${format}.tar`, content, format));
    for (const size of [1, 511, 512, 100_000]) expect(await filesOf(bytes, size)).toEqual(content);
  });

  it('with links and folders gives the files only', async () => {
    const place = tar('links.tar', { 'd/a.txt': 'A' });
    execFileSync('ln', ['-s', '/etc/passwd', folder.at('links.tar.files/link.txt')]);
    execFileSync('tar', ['-cf', place, '-C', folder.at('links.tar.files'), 'link.txt', 'd']);
    expect(await filesOf(readFileSync(place))).toEqual({ 'd/a.txt': 'A' });
  });

  it('that is cut off, of another format or of a lying size is refused', async () => {
    const bytes = readFileSync(tar('whole.tar', files));
    const message = async (content: Uint8Array) => ((await thrown(() => filesOf(content))) as Error).message;
    expect(await message(bytes.subarray(0, 1000))).toBe('it ends in the middle of a file');
    expect(await message(bytes.subarray(0, 300))).toBe('it ends in the middle of a file');
    expect(await message(new Uint8Array(2048).fill(65))).toBe('it is no tar archive, or a broken one');
    expect(await message(withSize(bytes, '77777777777'))).toBe(
      'a.txt is said to have 8589934591 bytes, more than is read of one file',
    );
  });
});

function withSize(bytes: Uint8Array, size: string): Uint8Array {
  const changed = new Uint8Array(bytes);
  changed.set(Buffer.from(size), 124);
  changed.fill(32, 148, 156);
  const sum = changed.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  changed.set(Buffer.from(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return changed;
}

it.each([
  ['a.tar', ['a.tar']],
  ['s-{008..010}.tar', ['s-008.tar', 's-009.tar', 's-010.tar']],
  ['s-{9..10}.tar', ['s-9.tar', 's-10.tar']],
  ['{train,val}-{0..1}', ['train-0', 'train-1', 'val-0', 'val-1']],
])('%s names shards', (pattern, expected) => {
  expect(expandBraces(pattern)).toEqual(expected);
});

it.each([
  ['s-{3..1}.tar', "{3..1} in 's-{3..1}.tar' counts down; write the smaller number first."],
  ['{0..999999999}', "'{0..999999999}' names more than 1000000 shards."],
  ['{0..9999}{0..9999}', "'{0..9999}{0..9999}' names more than 1000000 shards."],
])('%s names none', async (pattern, message) => {
  expect(await thrown(() => expandBraces(pattern))).toStrictEqual(new InvalidArgumentError(message));
});

describe('shards', () => {
  const pattern = folder.at('s-{0..1}.tar');

  beforeAll(() => {
    tar('s-0.tar', {
      '000.jpg': 'A',
      '000.txt': 'a cat\non a mat\n',
      '000.json': '{"caption": "other"}',
      '001.txt': 'no picture',
      'x.y/002.png': 'B',
      'x.y/002.json': '{"caption": "a dog"}',
    });
    tar('s-1.tar', {
      '003.meta.json': '{',
      '003.webp': 'C',
      '004.cls': '1',
      '004.seg.jpg': 'D',
      '004.txt': 'seal',
    });
  });

  it('give their records', async () => {
    const dataset = await openWebDataset(pattern);
    expect(dataset.describe()).toBe('webdataset, 2 shards of tar, read as a stream');
    expect(dataset.size).toBeNull();
    const { records, broken } = await passOver(dataset);
    expect(records).toEqual([
      { key: 's-0.tar/000', captions: ['a cat\non a mat'], image: 'A' },
      { key: 's-0.tar/x.y/002', captions: ['a dog'], image: 'B' },
      { key: 's-1.tar/004', captions: ['seal'], image: 'D' },
    ]);
    expect(broken.map(({ key }) => key)).toEqual(['s-0.tar/001', 's-1.tar/003']);
    expect(broken[0].problem).toBe('it has no picture');
  });

  it('that are absent or cut off are told, and the others read', async () => {
    const whole = readFileSync(folder.at('s-0.tar'));
    folder.write({ 'cut-0.tar': whole.subarray(0, 1536), 'cut-2.tar': whole });
    const { records, broken } = await passOver(await openWebDataset(folder.at('cut-{0..2}.tar')));
    expect(records.map(({ key }) => key)).toEqual(['cut-2.tar/000', 'cut-2.tar/x.y/002']);
    expect(broken[0]).toEqual({ key: 'cut-0.tar', problem: 'it ends in the middle of a file' });
    expect(broken[1].key).toBe('cut-1.tar');
    expect(broken[1].problem).toMatch(/^ENOENT/);
  });

  it('are shuffled by seed and epoch through a buffer', async () => {
    const records = Array.from({ length: 30 }, (_, i) => [
      [`${i}.jpg`, `${i}`],
      [`${i}.txt`, 'x'],
    ]);
    for (const shard of [0, 1]) tar(`r-${shard}.tar`, Object.fromEntries(records.flat()));
    const dataset = await openWebDataset(folder.at('r-{0..1}.tar'), { shuffleBuffer: 8 });
    const order = async (seed: number, epoch: number) =>
      (await passOver(dataset, { seed, epoch })).records.map(({ key }) => key);
    const first = await order(1, 0);
    expect(new Set(first).size).toBe(60);
    expect(await order(1, 0)).toEqual(first);
    expect(await order(1, 1)).not.toEqual(first);
    expect(await order(2, 0)).not.toEqual(first);
  });
});

it('refuses a shard that is not there, and a buffer of none', async () => {
  const place = folder.at('none-{0..3}.tar');
  expect(await thrown(() => openWebDataset(place))).toStrictEqual(
    new InvalidArgumentError(`There is no shard '${folder.at('none-0.tar')}'.`),
  );
  expect(await thrown(() => openWebDataset(place, { shuffleBuffer: 0 }))).toStrictEqual(
    new InvalidArgumentError('shuffleBuffer is 0, but must be a whole number of at least 1.'),
  );
});
