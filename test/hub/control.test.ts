// SPDX-License-Identifier: Apache-2.0
/** What a caller has in hand: the token, the signal, progress, fetch. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import type { ProgressEvent } from '../../packages/clip/src/pretrained/modelFiles.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { expectBytes, ID, useHub, useWeights, WEIGHTS } from './setting.js';
import { sendBytes } from './testHub.js';

const setting = useHub();
const { files, fetched, refusal, delivering } = useWeights(setting);

const honest = { etag: '"cdn"' };

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
