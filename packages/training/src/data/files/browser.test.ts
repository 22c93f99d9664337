// SPDX-License-Identifier: Apache-2.0
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvalidArgumentError } from 'tfjs-clip';
import { thrown } from '../../../../../test/harness/thrown.js';
import { dataFiles } from './browser.js';

let server: Server;
let site: string;

beforeAll(async () => {
  server = createServer(({ url }, response) => {
    response.writeHead(url!.includes('none') ? 404 : 200).end(`at ${url}`);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  site = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => new Promise((done) => server.close(done)));

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

it('fetches what lies under the root', async () => {
  expect(textOf(await dataFiles.readWithin(`${site}/data/images`, 'in/a b.jpg'))).toBe(
    'at /data/images/in/a%20b.jpg',
  );
  expect(textOf(await dataFiles.readWithin(dataFiles.folderOf(`${site}/data/t.csv`), 'a.jpg'))).toBe(
    'at /data/a.jpg',
  );
  expect(textOf(await dataFiles.readWithin(`${site}/data`, `${site}/data/a.jpg`))).toBe('at /data/a.jpg');
});

it.each([
  '../a.jpg',
  '/a.jpg',
  '//elsewhere.org/data/a.jpg',
  'https://elsewhere.org/a.jpg',
  'in/../../a.jpg',
])('does not fetch %s', async (name) => {
  expect(await thrown(() => dataFiles.readWithin(`${site}/data`, name))).toStrictEqual(
    new InvalidArgumentError(`'${name}' lies outside ${site}/data, and only files under imageRoot are read`),
  );
});

it('gives a file in pieces, and says what the server says', async () => {
  const pieces: Uint8Array[] = [];
  for await (const piece of dataFiles.stream(`${site}/s.tar`)) pieces.push(piece);
  expect(pieces.map(textOf).join('')).toBe('at /s.tar');
  expect(await thrown(() => dataFiles.read(`${site}/none`))).toStrictEqual(
    new InvalidArgumentError(`'${site}/none' cannot be read: the server answered 404.`),
  );
});

it('has no folders to list', async () => {
  expect(await dataFiles.kindOf('images/')).toBe('folder');
  expect(await thrown(() => dataFiles.list('images/'))).toStrictEqual(
    new InvalidArgumentError(
      'images/: a browser cannot list a folder; name a file of records, or shards, or use datasetOf.',
    ),
  );
});
