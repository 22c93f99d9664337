// SPDX-License-Identifier: Apache-2.0
/** A server that misbehaves in every way: in the end there is the right file, or a clear error and no wrong one. */
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import path from 'node:path';
import { DownloadError } from '../../packages/clip/src/errors.js';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import type { ProgressEvent } from '../../packages/clip/src/pretrained/modelFiles.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, expectBytes, ID, tinyModel, useHub, WEIGHTS } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const setting = useHub();
const files = ['model.safetensors'];
const PARTIAL = `${sha256(WEIGHTS)}.node.incomplete`;
const what = `model.safetensors of ${ID}`;

async function fetched(): Promise<Uint8Array> {
  return readFile(path.join(await downloadModel(ID, { files }), 'model.safetensors'));
}

async function refusal(): Promise<Error> {
  return downloadModel(ID, { files }).then(
    () => Promise.reject(new Error('It was not refused.')),
    (error) => error,
  );
}

async function blobs(): Promise<string[]> {
  return readdir(path.join(setting.cache, 'models--owner--tiny-clip/blobs')).catch(() => []);
}

/** Lets `deliver` answer for the delivery network; it is told how often it has been asked. */
function delivering(
  deliver: (request: IncomingMessage, response: ServerResponse, time: number) => void,
): void {
  let time = 0;
  setting.hub.intercept = (request, response, at) => {
    if (at === 'hub') return false;
    deliver(request, response, ++time);
    return true;
  };
}

const honest = { etag: '"cdn"' };

describe('ends in the right file when the server', () => {
  it('cuts the connection again and again', async () => {
    delivering((request, response) => sendBytes(request, response, WEIGHTS, honest, 70_000));
    expectBytes(await fetched(), WEIGHTS);
    const ranges = setting.hub.requests
      .filter(({ at }) => at === 'cdn')
      .map(({ range, ifRange }) => [range, ifRange]);
    expect(ranges.length).toBe(5);
    expect(ranges[0]).toEqual([undefined, undefined]);
    expect(ranges[1]).toEqual([expect.stringMatching(/^bytes=\d+-$/), '"cdn"']);
  });

  it('cuts before the first byte', async () => {
    delivering((request, response, time) => {
      if (time < 4) response.destroy();
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('ends early without a cut, as if that were all', async () => {
    delivering((request, response, time) => {
      if (time > 1) sendBytes(request, response, WEIGHTS, honest);
      else response.writeHead(200, honest).end(WEIGHTS.subarray(0, 1000));
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('ignores ranges: from the beginning, then', async () => {
    delivering((request, response, time) => {
      delete request.headers.range;
      sendBytes(request, response, WEIGHTS, honest, time < 3 ? 100_000 : undefined);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('has another file at the second attempt: from the beginning, then', async () => {
    delivering((request, response, time) => {
      if (time === 1) sendBytes(request, response, WEIGHTS.slice().reverse(), { etag: '"wrong"' }, 100_000);
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('fails, is busy, or falls silent for a while', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '0.2';
    delivering((request, response, time) => {
      if (time === 1) response.writeHead(500).end();
      else if (time === 2) response.writeHead(429, { 'retry-after': '0' }).end();
      else if (time === 3)
        response
          .writeHead(200, { ...honest, 'content-length': WEIGHTS.length })
          .write(WEIGHTS.subarray(0, 9));
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('is slow, but not silent', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '0.2';
    delivering(async (_request, response) => {
      response.writeHead(200, { ...honest, 'content-length': WEIGHTS.length });
      for (let at = 0; at < WEIGHTS.length; at += 50_000) {
        response.write(WEIGHTS.subarray(at, at + 50_000));
        await new Promise((resolve) => setTimeout(resolve, 80));
      }
      response.end();
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('tells no size', async () => {
    setting.hub.intercept = (request, response, at) => {
      if (at === 'cdn') response.writeHead(200, honest).end(WEIGHTS);
      else if (request.method === 'HEAD')
        response
          .writeHead(302, {
            'x-repo-commit': COMMIT,
            'x-linked-etag': `"${sha256(WEIGHTS)}"`,
            location: setting.hub.cdn,
          })
          .end();
      else return false;
      return true;
    };
    expectBytes(await fetched(), WEIGHTS);
  });

  it('sends an empty file', async () => {
    setting.hub.repositories.set(ID, { commit: COMMIT, files: { 'merges.txt': '' } });
    expect(await (await resolveModelFiles(ID)).read('merges.txt')).toEqual(new Uint8Array(0));
  });

  it('sends ETags that are no hash, or weak', async () => {
    setting.hub.intercept = (request, response) => {
      sendBytes(request, response, WEIGHTS, { 'x-repo-commit': COMMIT, etag: 'W/"mirror-1"' });
      return true;
    };
    expectBytes(await fetched(), WEIGHTS);
    expect(await blobs()).toEqual(['mirror-1']);
  });
});

describe('a download that broke off', () => {
  async function breakOff(): Promise<number> {
    env.retries = 0;
    delivering((request, response) => sendBytes(request, response, WEIGHTS, honest, 200_000));
    expect(await refusal()).toBeInstanceOf(DownloadError);
    setting.hub.intercept = () => false;
    setting.hub.requests.length = 0;
    const { size } = await stat(path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL));
    expect(size).toBeGreaterThan(0);
    return size;
  }

  it('goes on from there the next time', async () => {
    const size = await breakOff();
    expectBytes(await fetched(), WEIGHTS);
    expect(setting.hub.requests.at(-1)?.range).toBe(`bytes=${size}-`);
    expect(await blobs()).toEqual([sha256(WEIGHTS)]);
  });

  it('of which the bytes on disk are wrong is noticed, and made anew', async () => {
    const size = await breakOff();
    await writeFile(
      path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL),
      new Uint8Array(size),
    );
    expect((await refusal()).message).toMatch(`${what} came broken: its hash is `);
    expectBytes(await fetched(), WEIGHTS);
  });

  it('that is longer than the file is made anew', async () => {
    await breakOff();
    await writeFile(
      path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL),
      new Uint8Array(400_000),
    );
    expectBytes(await fetched(), WEIGHTS);
  });

  it('that the server cannot go on from is given up, not tried for ever', async () => {
    await breakOff();
    delivering((_request, response) => void response.writeHead(416).end());
    expect((await refusal()).message).toBe(`${what} cannot be fetched: the hub answers with status 416.`);
    setting.hub.intercept = () => false;
    expectBytes(await fetched(), WEIGHTS);
  });
});

describe('ends in a clear error, with nothing under the final name, when the server', () => {
  afterEach(async () => expect(await blobs()).not.toContain(sha256(WEIGHTS)));

  it('sends more than it said', async () => {
    delivering(
      (_request, response) => void response.writeHead(200, honest).end(Buffer.concat([WEIGHTS, WEIGHTS])),
    );
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} has 300000 bytes, and the server sends more. Nothing of it was kept; try again.`,
      ),
    );
    expect(await blobs()).toEqual([]);
  });

  it('never sends the rest', async () => {
    env.retries = 2;
    delivering((request, response) => {
      if (!request.headers.range) response.writeHead(200, honest).end(WEIGHTS.subarray(0, 1000));
      else response.writeHead(206, { ...honest, 'content-range': 'bytes 1000-299999/300000' }).end();
    });
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} cannot be fetched: it has 300000 bytes, and the server sent 0 of the last 299000. Try again later.`,
      ),
    );
  });

  it('sends other bytes', async () => {
    const other = WEIGHTS.slice().reverse();
    delivering((request, response) => sendBytes(request, response, other, honest));
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} came broken: its hash is ${sha256(other)}, the hub says ${sha256(WEIGHTS)}. Nothing of it was kept; try again.`,
      ),
    );
    expect(await blobs()).toEqual([]);
  });

  it.each([
    ['another part', 'bytes 0-299999/300000'],
    ['a part of another size', 'bytes 1000-299999/999999'],
    ['no Content-Range', ''],
  ])('sends %s than was asked for', async (_, range) => {
    env.retries = 1;
    delivering((request, response) => {
      if (!request.headers.range) sendBytes(request, response, WEIGHTS, honest, 1000);
      else response.writeHead(206, { ...honest, ...(range && { 'content-range': range }) }).end(WEIGHTS);
    });
    const { message } = await refusal();
    expect(message.replace(/from \d+ on/, 'from N on')).toBe(
      `${what} cannot be fetched: bytes from N on of 300000 were asked for, and the server sends '${range}'. Nothing of it was kept; try again.`,
    );
  });

  it('changes the ETag midway', async () => {
    delivering((request, response) => {
      if (!request.headers.range) sendBytes(request, response, WEIGHTS, honest, 1000);
      else response.writeHead(206, { etag: '"other"', 'content-range': 'bytes 1000-299999/300000' }).end();
    });
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} changed on the server while it was fetched. Nothing of it was kept; try again.`,
      ),
    );
  });

  it('has another file at the GET than at the HEAD', async () => {
    setting.hub.repositories.set(ID, { ...tinyModel(), large: [] });
    setting.hub.intercept = (request, response) => {
      if (request.method === 'GET') sendBytes(request, response, WEIGHTS, { etag: '"other"' });
      return request.method === 'GET';
    };
    expect((await refusal()).message).toBe(
      `${what} changed on the server while it was fetched. Nothing of it was kept; try again.`,
    );
  });

  it('redirects in a circle', async () => {
    setting.hub.intercept = (request, response) => {
      response.writeHead(302, { location: request.url }).end();
      return true;
    };
    expect((await refusal()).message).toBe(
      `${what} cannot be fetched: ${setting.hub.url}/${ID}/resolve/main/model.safetensors redirects more than 8 times.`,
    );
  });

  it.each(['file:///etc/passwd', 'http://[', 'javascript:alert(1)'])('redirects to %s', async (location) => {
    delivering((_request, response) => void response.writeHead(302, { location }).end());
    expect((await refusal()).message).toBe(`${what} cannot be fetched: the hub redirects to '${location}'.`);
  });

  it.each(['../../evil', '..', 'a/b', '.hidden', 'a\\b', 'x'.repeat(200), ''])(
    'sends the ETag "%s"',
    async (etag) => {
      setting.hub.intercept = (_request, response) => {
        response.writeHead(200, { 'x-repo-commit': COMMIT, etag: `"${etag}"` }).end();
        return true;
      };
      expect((await refusal()).message).toBe(
        `${what}: the server's ETag ${JSON.stringify(`"${etag}"`.slice(0, 80))} cannot name a file in the cache. Is it a Hugging Face hub?`,
      );
    },
  );

  it.each(['main', '../../../x', 'A'.repeat(40)])('sends the commit %s', async (commit) => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': commit, etag: '"a"' }).end();
      return true;
    };
    expect((await refusal()).message).toBe(
      `${what}: the server's X-Repo-Commit ${JSON.stringify(commit)} is no commit. Is it a Hugging Face hub?`,
    );
  });

  it.each(['-1', '1e99', '99999999999999999999'])('says that the file has %s bytes', async (size) => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': COMMIT, etag: '"a"', 'x-linked-size': size }).end();
      return true;
    };
    expect((await refusal()).message).toBe(`${what}: the server says that it has ${size} bytes.`);
  });

  it('has a small file that is not small', async () => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': COMMIT, etag: '"a"', 'x-linked-size': 2 ** 30 }).end();
      return true;
    };
    await expect((await resolveModelFiles(ID)).read('config.json')).rejects.toThrow(
      `config.json of ${ID} has ${2 ** 30} bytes; a file of this kind has at most ${2 ** 26}. It is not what its name says.`,
    );
  });
});

describe('the token', () => {
  it('goes to the hub and not to where that redirects', async () => {
    await downloadModel(ID, { files, token: 'hf_secret' });
    const { hub } = setting;
    expect(new Set(hub.requests.filter(({ at }) => at === 'hub').map(({ token }) => token))).toEqual(
      new Set(['Bearer hf_secret']),
    );
    expect(hub.requests.filter(({ at }) => at === 'cdn').map(({ token }) => token)).toEqual([undefined]);
  });

  it('does not come back on a way that leads through another host', async () => {
    setting.hub.intercept = (_request, response, at) => {
      if (at === 'cdn') response.writeHead(302, { location: `${setting.hub.url}/elsewhere` }).end();
      else if (_request.url === '/elsewhere') sendBytes(_request, response, WEIGHTS, {});
      else return false;
      return true;
    };
    await downloadModel(ID, { files, token: 'hf_secret' });
    expect(setting.hub.requests.at(-1)).toMatchObject({ url: '/elsewhere', token: undefined });
  });

  it('is the one of the call, of env, of HF_TOKEN, of the file, in this order', async () => {
    const ask = async (token?: string | false) => {
      await (await resolveModelFiles(ID, { token })).read('config.json');
      return setting.hub.requests.at(-1)?.token;
    };
    expect(await ask()).toBeUndefined();
    await writeFile(path.join(process.env.HF_HOME!, 'token'), 'hf_of_file\n');
    expect(await ask()).toBe('Bearer hf_of_file');
    process.env.HF_TOKEN = 'hf_of_variable';
    expect(await ask()).toBe('Bearer hf_of_variable');
    env.token = 'hf_of_env';
    expect(await ask()).toBe('Bearer hf_of_env');
    expect(await ask('hf_of_call')).toBe('Bearer hf_of_call');
    expect(await ask(false)).toBeUndefined();
    env.token = undefined;
    process.env.HF_HUB_DISABLE_IMPLICIT_TOKEN = '1';
    expect(await ask()).toBeUndefined();
  });
});

describe('AbortSignal', () => {
  it.each(['HEAD', 'GET', 'waiting for a retry', 'waiting for a lock'])(
    'ends it during %s',
    async (stage) => {
      env.retryDelay = stage === 'waiting for a retry' ? 20_000 : 1;
      const controller = new AbortController();
      if (stage === 'waiting for a lock') {
        delivering((_request, response) => void response.writeHead(200, honest).write('x'));
        const other = new AbortController();
        const holder = downloadModel(ID, { files, signal: other.signal }).catch(() => other);
        setTimeout(() => controller.abort(new Error('enough')), 200);
        await expect(downloadModel(ID, { files, signal: controller.signal })).rejects.toThrow('enough');
        other.abort();
        expect(await holder).toBe(other);
        return;
      }
      setting.hub.intercept = (request, response) => {
        if (stage === 'GET' && request.method === 'HEAD') return false;
        if (stage === 'waiting for a retry') response.writeHead(503).end();
        setTimeout(() => controller.abort(new Error('enough')), 30);
        return true;
      };
      await expect(downloadModel(ID, { files, signal: controller.signal })).rejects.toThrow('enough');
      setting.hub.intercept = () => false;
      expectBytes(await fetched(), WEIGHTS);
    },
  );

  it('that was aborted before asks nobody', async () => {
    const error = await downloadModel(ID, { files, signal: AbortSignal.abort() }).catch((e) => e);
    expect(error.name).toBe('AbortError');
    expect(setting.hub.seen()).toEqual([]);
  });
});

describe('progress', () => {
  it('in the words of transformers.js', async () => {
    const events: ProgressEvent[] = [];
    const model = await resolveModelFiles(ID, { progressCallback: (event) => events.push(event) });
    await model.preload!(['config.json', 'model.safetensors']);
    const source = (await model.open('model.safetensors'))!;
    await source.read(0, 9);
    await source.close();
    const of = (file: string) => events.filter((event) => event.file === file);
    const common = { name: ID, file: 'config.json' };
    expect(of('config.json')).toEqual([
      { status: 'initiate', ...common },
      { status: 'download', ...common },
      { status: 'progress', ...common, loaded: 22, total: 22, progress: 100 },
      { status: 'done', ...common, loaded: 22, total: 22 },
    ]);
    expect(of('model.safetensors').map(({ status }) => status)).toEqual([
      'initiate',
      'download',
      ...of('model.safetensors')
        .slice(2, -1)
        .map(() => 'progress'),
      'done',
    ]);
    expect(events.filter(({ status }) => status === 'progress_total').at(-1)).toEqual({
      status: 'progress_total',
      name: ID,
      loaded: 300_022,
      total: 300_022,
      progress: 100,
      files: {
        'config.json': { loaded: 22, total: 22 },
        'model.safetensors': { loaded: 300_000, total: 300_000 },
      },
    });
  });

  it('counts what is there already when it goes on', async () => {
    env.retries = 0;
    delivering((request, response) => sendBytes(request, response, WEIGHTS, honest, 200_000));
    await refusal();
    setting.hub.intercept = () => false;
    const loaded: number[] = [];
    const progressCallback = (event: ProgressEvent) => {
      if (event.status === 'progress') loaded.push(event.loaded!);
    };
    await downloadModel(ID, { files, progressCallback });
    expect(Math.min(...loaded)).toBeGreaterThan(10_000);
    expect(loaded.at(-1)).toBe(300_000);
  });
});

it('several loads of one process fetch a file once', async () => {
  const results = await Promise.all([fetched(), fetched(), fetched()]);
  for (const result of results) expectBytes(result, WEIGHTS);
  expect(setting.hub.seen().filter((request) => request === 'GET cdn model.safetensors')).toHaveLength(1);
});

it("goes through the caller's fetch", async () => {
  let count = 0;
  const counting: typeof fetch = (...parameters) => {
    count++;
    return fetch(...parameters);
  };
  await downloadModel(ID, { files, fetch: counting });
  expect(count).toBe(setting.hub.requests.length);
});
