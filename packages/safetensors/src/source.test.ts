// SPDX-License-Identifier: Apache-2.0
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { refusal } from '../testing/rawFile.js';
import { openSource } from './openSource.js';
import { type ByteSource, readInto } from './source.js';

const BYTES = Uint8Array.of(10, 11, 12, 13, 14);
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'safetensors-source-'));
  file = path.join(folder, 'five bytes.bin');
  writeFileSync(file, BYTES);
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([
  ['a path', () => file],
  ['a file: URL', () => pathToFileURL(file)],
  ['a file: URL as a string', () => pathToFileURL(file).href],
  ['an ArrayBuffer', () => BYTES.slice().buffer],
  ['a Uint8Array within a larger buffer', () => Uint8Array.of(9, ...BYTES, 15).subarray(1, 6)],
  ['a Buffer', () => Buffer.from(BYTES)],
  ['a Blob', () => new Blob([BYTES])],
])('%s', (_, input) => {
  it('gives its size and any part of it', async () => {
    const source = await openSource(input());
    expect(source.size).toBe(5);
    expect([...(await source.read(1, 3))]).toEqual([11, 12, 13]);
    expect([...(await source.read(0, 5))]).toEqual([...BYTES]);
    expect([...(await source.read(5, 0))]).toEqual([]);
    await source.close();
  });

  it('fills a part of an array', async () => {
    const source = await openSource(input());
    const target = new Uint8Array(6);
    await readInto(source, 1, target.subarray(2, 5));
    expect([...target]).toEqual([0, 0, 11, 12, 13, 0]);
    await source.close();
  });

  it.each([
    [0, 6],
    [5, 1],
    [-1, 2],
    [0.5, 1],
    [0, -1],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('refuses a read from %d of %d bytes', async (offset, length) => {
    const source = await openSource(input(), { name: 'it' });
    const error = await refusal(source.read(offset, length));
    expect(error.code).toBe('READ_FAILED');
    expect(error.message).toBe(`it has 5 bytes; ${length} bytes from ${offset} on are not all in it.`);
    await source.close();
  });

  it('refuses to be read after close, and may be closed twice', async () => {
    const source = await openSource(input(), { name: 'it' });
    await source.close();
    await source.close();
    expect((await refusal(source.read(0, 1))).message).toBe(
      'it has been closed; open it again to read from it.',
    );
  });
});

it('bytes that were read are the caller’s own', async () => {
  const bytes = BYTES.slice();
  const source = await openSource(bytes);
  (await source.read(0, 5)).fill(0);
  expect(bytes).toEqual(BYTES);
});

it('a source that always makes arrays of its own is read into one just as well, if it gives the right number of bytes', async () => {
  const source: ByteSource = {
    name: 'mine',
    size: 5,
    read: async (offset, length) => BYTES.slice(offset, Math.min(offset + length, 4)),
    close: async () => {},
  };
  const target = new Uint8Array(2);
  await readInto(source, 2, target);
  expect([...target]).toEqual([12, 13]);
  const error = await refusal(readInto(source, 3, target));
  expect(error.code).toBe('READ_FAILED');
  expect(error.message).toBe('mine gave 1 bytes where 2 were asked for.');
});

it.each([
  ['the path', () => file, undefined, () => file],
  ['what the caller says', () => BYTES, 'mine', () => 'mine'],
  ['the own name of a picked file', () => new File([BYTES], 'picked.bin'), undefined, () => 'picked.bin'],
  ['plain bytes', () => BYTES, undefined, () => 'the given bytes'],
  ['a plain Blob', () => new Blob([BYTES]), undefined, () => 'the given Blob'],
] as [string, () => Parameters<typeof openSource>[0], string | undefined, () => string][])(
  'is named by %s',
  async (_, input, name, expected) => {
    const source = await openSource(input(), { name });
    expect(source.name).toBe(expected());
    await source.close();
  },
);

it('an absent file', async () => {
  const absent = path.join(folder, 'absent.bin');
  const error = await refusal(openSource(absent));
  expect(error.code).toBe('FILE_NOT_FOUND');
  expect(error.message).toBe(`${absent} does not exist.`);
});

it('a folder', async () => {
  const error = await refusal(openSource(folder));
  expect(error.code).toBe('READ_FAILED');
  expect(error.message).toBe(`${folder} cannot be read: it is not a file`);
});

it('a file that becomes shorter while it is open', async () => {
  const shrinking = path.join(folder, 'shrinking.bin');
  writeFileSync(shrinking, BYTES);
  const source = await openSource(shrinking);
  truncateSync(shrinking, 2);
  const error = await refusal(source.read(0, 5));
  expect(error.code).toBe('READ_FAILED');
  expect(error.message).toBe(`${shrinking} cannot be read: it became shorter while it was open`);
  await source.close();
});

it('something that is no source', async () => {
  const error = await refusal(openSource(null as never));
  expect(error.code).toBe('INVALID_SOURCE');
  expect(error.message).toBe(
    'Cannot read from null: pass a path, an http(s) address, a Blob, an ArrayBuffer or a Uint8Array.',
  );
});
