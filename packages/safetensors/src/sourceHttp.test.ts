// SPDX-License-Identifier: Apache-2.0
/** Against a real server on this machine that answers well, badly, or falsely. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refusal } from '../testing/rawFile.js';
import { openSource } from './openSource.js';
import { SafetensorsReader } from './reader.js';
import { readInto } from './source.js';
import { toSafetensorsBytes } from './writer.js';

const LARGE = Uint8Array.from({ length: 300_000 }, (_, i) => (i * 7) % 251);
type Handler = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let handler: Handler;
let requests: (string | undefined)[];
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => {
    requests.push(request.headers.range);
    handler(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/model.safetensors`;
});
beforeEach(() => {
  requests = [];
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

/** Answers ranges as RFC 9110 wants; `change` falsifies the answer. */
function ranges(
  bytes: Uint8Array,
  change: (headers: Record<string, string>, part: Uint8Array) => Uint8Array | undefined = () => undefined,
): Handler {
  return (request, response) => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')!.map(Number);
    const end = Math.min(last + 1, bytes.length);
    const headers = { 'content-range': `bytes ${first}-${end - 1}/${bytes.length}` };
    const part = bytes.subarray(first, end);
    const body = change(headers, part) ?? part;
    response.writeHead(206, headers).end(body);
  };
}

function plain(
  status: number,
  body: Uint8Array | string = '',
  headers: Record<string, string> = {},
): Handler {
  return (_, response) => response.writeHead(status, headers).end(body);
}

it('asks for the beginning once, then for each part that is not there yet', async () => {
  handler = ranges(LARGE);
  const source = await openSource(url);
  expect(source.size).toBe(300_000);
  expect(await source.read(5, 100)).toEqual(LARGE.slice(5, 105));
  expect(await source.read(131_000, 1000)).toEqual(LARGE.slice(131_000, 132_000));
  const last = new Uint8Array(3);
  await readInto(source, 299_999, last.subarray(1, 2));
  expect(last).toEqual(Uint8Array.of(0, LARGE[299_999], 0));
  expect(await source.read(300_000, 0)).toEqual(new Uint8Array(0));
  expect(requests).toEqual(['bytes=0-131071', 'bytes=131000-131999', 'bytes=299999-299999']);
});

it('reads a tensor out of a file without the rest', async () => {
  const tensors = ['a', 'b'].map((name, i) => ({
    name,
    dtype: 'F32' as const,
    shape: [50_000],
    data: new Float32Array(50_000).fill(i),
  }));
  handler = ranges(await toSafetensorsBytes(tensors));
  const reader = await SafetensorsReader.open(await openSource(new URL(url)));
  expect(await reader.float32('b')).toEqual(tensors[1].data);
  expect(requests.length).toBe(2);
});

it('takes a small file in one request', async () => {
  handler = ranges(LARGE.subarray(0, 1000));
  const source = await openSource(url);
  expect(await source.read(0, 1000)).toEqual(LARGE.slice(0, 1000));
  expect(requests.length).toBe(1);
});

it('takes the whole file from a server that ignores ranges', async () => {
  handler = plain(200, LARGE);
  const source = await openSource(url);
  expect(source.size).toBe(300_000);
  expect(await source.read(200_000, 9)).toEqual(LARGE.slice(200_000, 200_009));
  expect(requests).toEqual(['bytes=0-131071']);
});

it('takes the whole file where Content-Range is hidden, as from other origins in a browser', async () => {
  handler = (request, response) =>
    response
      .writeHead(request.headers.range ? 206 : 200)
      .end(request.headers.range ? LARGE.subarray(0, 131_072) : LARGE);
  const source = await openSource(url);
  expect(await source.read(0, 300_000)).toEqual(LARGE);
  expect(requests).toEqual(['bytes=0-131071', undefined]);
});

it('takes an empty file for what it is', async () => {
  handler = plain(416, '', { 'content-range': 'bytes */0' });
  expect((await openSource(url)).size).toBe(0);
});

it('sends the given headers with each request, through the given fetch', async () => {
  const seen: (string | undefined)[] = [];
  const answer = ranges(LARGE);
  handler = (request, response) => {
    seen.push(request.headers.authorization);
    answer(request, response);
  };
  let fetched = 0;
  const source = await openSource(url, {
    headers: { Authorization: 'Bearer abc' },
    fetch: (...parameters) => {
      fetched++;
      return fetch(...parameters);
    },
  });
  await source.read(200_000, 1);
  expect(seen).toEqual(['Bearer abc', 'Bearer abc']);
  expect(fetched).toBe(2);
});

describe('refuses, naming the address without its query', () => {
  async function expectRefusal(code: string, sentence: string) {
    const error = await refusal(openSource(`${url}?signature=secret`));
    expect(error.code).toBe(code);
    expect(error.message).toBe(`${url}${sentence}`);
  }

  it.each([
    [404, ': there is no such file (HTTP status 404 Not Found).'],
    [401, ': it needs authorisation: pass headers with a valid token (HTTP status 401 Unauthorized).'],
    [403, ': access is forbidden: pass headers with a token that may read it (HTTP status 403 Forbidden).'],
    [503, ': the server cannot give it (HTTP status 503 Service Unavailable).'],
    [204, ': the server cannot give it (HTTP status 204 No Content).'],
  ])('status %d', async (status, sentence) => {
    handler = plain(status);
    await expectRefusal(status === 404 ? 'FILE_NOT_FOUND' : 'HTTP_STATUS', sentence);
  });

  it.each([
    'bytes 1-131072/300000',
    'bytes 0-9/300000',
    'bytes 0-131071/*',
    'bytes 0-131071/99',
    'bytes 0-131071/9999999999999999999999',
    'items 0-131071/300000',
  ])('the Content-Range %j', async (contentRange) => {
    handler = plain(206, LARGE.subarray(0, 131_072), { 'content-range': contentRange });
    await expectRefusal(
      'HTTP_RANGE',
      `: the server's Content-Range is '${contentRange}', which does not fit bytes 0-131071 asked for.`,
    );
  });

  it('a body that is shorter than its Content-Range', async () => {
    handler = ranges(LARGE, (_, part) => part.subarray(1));
    await expectRefusal('HTTP_RANGE', ': the server announced 131072 bytes and sent only 131071.');
  });

  it('a body that never ends, without holding more than was asked for', async () => {
    let sent = 0;
    handler = (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-131071/300000' });
      const more = () => {
        while (!response.destroyed && response.write(LARGE)) sent++;
        if (!response.destroyed) response.once('drain', more);
      };
      more();
    };
    await expectRefusal('HTTP_RANGE', ': the server announced 131072 bytes and sent more than 131072.');
    expect(sent).toBeLessThan(1000);
  });

  it('a connection that breaks off', async () => {
    handler = (_, response) => {
      response.writeHead(206, { 'content-range': 'bytes 0-131071/300000', 'content-length': '131072' });
      response.write(LARGE.subarray(0, 1000), () => response.destroy());
    };
    const error = await refusal(openSource(url));
    expect(error.code).toBe('NETWORK');
    expect(error.message).toMatch(/model\.safetensors broke off after \d+ bytes: /);
  });

  it('a server that is not there', async () => {
    const error = await refusal(openSource('http://127.0.0.1:1/x.safetensors'));
    expect(error.code).toBe('NETWORK');
    expect(error.message).toMatch(/^http:\/\/127\.0\.0\.1:1\/x\.safetensors cannot be reached: /);
  });
});

describe('after opening', () => {
  it('a file that changed its size on the server', async () => {
    handler = ranges(LARGE);
    const source = await openSource(url);
    handler = ranges(LARGE.subarray(0, 250_000));
    const error = await refusal(source.read(200_000, 10));
    expect(error.code).toBe('HTTP_RANGE');
    expect(error.message).toBe(
      `${url}: the server's Content-Range is 'bytes 200000-200009/250000', which does not fit 300000 bytes in all when it was opened.`,
    );
  });

  it('a server that stops answering ranges', async () => {
    handler = ranges(LARGE);
    const source = await openSource(url);
    handler = plain(200, LARGE);
    const error = await refusal(source.read(200_000, 10));
    expect(error.message).toBe(`${url}: the server stopped answering range requests (HTTP status 200 OK).`);
  });
});
