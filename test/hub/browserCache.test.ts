// SPDX-License-Identifier: Apache-2.0
/**
 * What a browser does: a Cache instead of a folder, and redirects that nobody may see. Here in Node, with the few calls
 * of the Cache API over a Map; everything else is the code that runs in a page.
 */

import { PART } from '../../packages/clip/src/pretrained/hub/browser/cacheStore.js';
import { downloadModel, listCache } from '../../packages/clip/src/pretrained/hub/index.js';
import type {
  ModelFiles,
  PretrainedOptions,
  ProgressEvent,
} from '../../packages/clip/src/pretrained/modelFiles.js';
import { PAGE } from '../../packages/clip/src/pretrained/pagedSource.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { noise } from '../harness/noise.js';
import { COMMIT, expectBytes, ID, useHub } from './setting.js';
import { sendBytes, toBytes } from './testHub.js';

jest.mock('../../packages/clip/src/pretrained/hub/node/index.js', () =>
  jest.requireActual('../../packages/clip/src/pretrained/hub/browser/index.js'),
);

const LARGE = noise(2 * PART + 1234);
const setting = useHub();
const scope = globalThis as { caches?: unknown };
let stored: Map<string, Uint8Array>;
let quota: number;

beforeEach(() => {
  stored = new Map();
  quota = Number.POSITIVE_INFINITY;
  scope.caches = { open: async () => mapCache() };
  setting.hub.repositories.set(ID, {
    commit: COMMIT,
    files: { 'config.json': '{"model_type": "clip"}', 'model.safetensors': LARGE },
    large: ['model.safetensors'],
  });
});
afterEach(() => {
  delete scope.caches;
});

function mapCache() {
  return {
    async match(url: string) {
      const bytes = stored.get(url);
      return bytes && new Response(bytes.slice());
    },
    async put(url: string, response: Response) {
      const bytes = new Uint8Array(await response.arrayBuffer());
      quota -= bytes.length;
      if (quota < 0) throw new DOMException('Quota exceeded.', 'QuotaExceededError');
      stored.set(url, bytes);
    },
    delete: async (url: string) => stored.delete(url),
    keys: async () => [...stored.keys()].map((url) => ({ url })),
  };
}

/** As a page has it. */
const browserFetch: typeof fetch = async (url, init) => {
  const response = await fetch(url, init);
  if (init?.redirect !== 'manual' || response.status < 300 || response.status > 399) return response;
  return { type: 'opaqueredirect', status: 0, headers: new Headers(), body: null } as Response;
};

async function open(options: PretrainedOptions = {}): Promise<ModelFiles> {
  return resolveModelFiles(ID, { fetch: browserFetch, ...options });
}

async function expectModel(files: ModelFiles): Promise<void> {
  expect(new TextDecoder().decode((await files.read('config.json'))!)).toBe('{"model_type": "clip"}');
  expect(await files.read('vocab.json')).toBeNull();
  const source = (await files.open('model.safetensors'))!;
  expectBytes(await source.read(0, source.size), LARGE);
  expectBytes(await source.read(PART - 7, 20), LARGE.subarray(PART - 7, PART + 13));
  await source.close();
}

it('learns of all files by one list, and fetches each once', async () => {
  await expectModel(await open());
  expect(setting.hub.seen()).toEqual([
    'HEAD hub config.json',
    'GET hub main',
    'GET hub config.json', // What the browser follows the redirect of is asked for twice.
    'GET hub config.json',
    'GET hub config.json',
    'GET hub model.safetensors',
    'GET hub model.safetensors',
    'GET cdn model.safetensors',
  ]);
  setting.hub.requests.length = 0;
  await expectModel(await open());
  expect(setting.hub.seen()).toEqual(['HEAD hub config.json', 'GET hub main']);
  await expectModel(await open({ localFilesOnly: true }));
});

it('reads parts of what is not in the cache, and keeps nothing of it', async () => {
  const files = await open();
  const source = (await files.peek!('model.safetensors'))!;
  expectBytes(await source.read(PART - 7, 20), LARGE.subarray(PART - 7, PART + 13));
  expect([source.size, source.whole, source.fetched]).toEqual([LARGE.length, false, 3 * PAGE]);
  expect([...stored.keys()].filter((name) => name.includes('blobs'))).toEqual([]);
  await expectModel(files);
  const cached = (await (await open()).peek!('model.safetensors'))!;
  expectBytes(await cached.read(PART - 7, 20), LARGE.subarray(PART - 7, PART + 13));
  expect(cached.fetched).toBe(0);
});

it('knows what it has when the hub is not asked', async () => {
  await expectModel(await open({ revision: COMMIT }));
  await expectModel(await open({ revision: COMMIT, localFilesOnly: true }));
  const other = await open({ revision: 'f'.repeat(40), localFilesOnly: true });
  await expect(other.read('config.json')).rejects.toThrow(
    `${ID} at revision '${'f'.repeat(40)}' is not in the browser's cache 'tfjs-clip', and the hub is not asked: `,
  );
});

it('goes on from the last whole part', async () => {
  setting.hub.intercept = (request, response, at) =>
    at === 'cdn' && !!sendBytes(request, response, LARGE, { etag: '"cdn"' }, PART + 5000);
  const controller = new AbortController();
  const progressCallback = ({ status, loaded = 0 }: ProgressEvent) => {
    if (status === 'progress' && loaded > PART + 100) controller.abort();
  };
  await expect(
    downloadModel(ID, { fetch: browserFetch, signal: controller.signal, progressCallback }),
  ).rejects.toThrow('aborted');
  setting.hub.intercept = () => false;
  await expectModel(await open());
  expect(setting.hub.requests.at(-1)?.range).toBe(`bytes=${PART}-`);
});

it('checks the hash, and keeps nothing that is wrong', async () => {
  const other = LARGE.slice();
  other[5] ^= 1;
  setting.hub.intercept = (request, response, at) =>
    at === 'cdn' && !!sendBytes(request, response, other, {});
  const files = await open();
  await expect(files.open('model.safetensors')).rejects.toThrow(`model.safetensors of ${ID} came broken`);
  setting.hub.repositories.get(ID)!.files['config.json'] = '{}';
  setting.hub.intercept = (request, response) =>
    request.method === 'GET' &&
    !request.url!.includes('/api/models') &&
    !!sendBytes(request, response, toBytes('[]'), {});
  await expect((await open()).read('config.json')).rejects.toThrow(`config.json of ${ID} came broken`);
  setting.hub.intercept = () => false;
  setting.hub.repositories.get(ID)!.files['config.json'] = '{"model_type": "clip"}';
  await expectModel(await open());
});

it('a cache that is full, or not there: warned of once, and the model works', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {});
  try {
    quota = PART + 1_000_000;
    await expectModel(await open());
    delete scope.caches;
    await expectModel(await open());
    expect(warn.mock.calls).toEqual([
      [
        "tfjs-clip: the browser's cache holds no more (Quota exceeded.). The model works, and is fetched again next time.",
      ],
    ]);
  } finally {
    warn.mockRestore();
  }
});

it('is tidied with the tools of the browser', async () => {
  await expect(listCache()).rejects.toThrow(
    "A browser's cache is looked into with its developer tools, and emptied with caches.delete('tfjs-clip').",
  );
});
