// SPDX-License-Identifier: Apache-2.0
/** A hub with one model, an empty cache and quick retries for every test of a file. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import { noise } from '../harness/noise.js';
import { TestHub } from './testHub.js';

export const ID = 'owner/tiny-clip';
export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const WEIGHTS = noise(300_000);

export interface Setting {
  hub: TestHub;
  /** The cache folder. */
  cache: string;
}

export function useHub(): Setting {
  const setting = {} as Setting;
  beforeEach(async () => {
    for (const name of Object.keys(process.env))
      if (/^HF_|^HUGGING|OFFLINE$/.test(name)) delete process.env[name];
    const folder = await mkdtemp(path.join(tmpdir(), 'hub-cache-'));
    setting.cache = path.join(folder, 'hub');
    setting.hub = await TestHub.start();
    setting.hub.repositories.set(ID, tinyModel());
    process.env.HF_HOME = folder;
    Object.assign(env, { endpoint: setting.hub.url, retryDelay: 1 });
  });
  afterEach(async () => {
    await setting.hub.stop();
    await rm(path.dirname(setting.cache), { recursive: true, force: true });
    for (const key of Object.keys(env) as (keyof typeof env)[]) delete env[key];
    Object.assign(env, { retries: 5, retryDelay: 1000 });
    delete process.env.HF_HOME;
  });
  return setting;
}

export function tinyModel() {
  return {
    commit: COMMIT,
    files: {
      'config.json': '{"model_type": "clip"}',
      'tokenizer.json': '{"version": "1.0"}',
      'model.safetensors': WEIGHTS,
    },
    large: ['model.safetensors'],
  };
}

/** `toEqual` takes seconds for as many bytes. */
export function expectBytes(actual: Uint8Array, expected: Uint8Array): void {
  expect(actual.length).toBe(expected.length);
  expect(Buffer.compare(actual, expected)).toBe(0);
}

/** The weights of the model, and all that may become of fetching them. */
export function useWeights(setting: Setting) {
  const files = ['model.safetensors'];
  return {
    files,
    async fetched(): Promise<Uint8Array> {
      return readFile(path.join(await downloadModel(ID, { files }), 'model.safetensors'));
    },
    async refusal(): Promise<Error> {
      return downloadModel(ID, { files }).then(
        () => Promise.reject(new Error('It was not refused.')),
        (error) => error,
      );
    },
    async blobs(): Promise<string[]> {
      return readdir(path.join(setting.cache, 'models--owner--tiny-clip/blobs')).catch(() => []);
    },
    /** Lets `deliver` answer for the delivery network; it is told how often it has been asked. */
    delivering(deliver: (request: IncomingMessage, response: ServerResponse, time: number) => void): void {
      let time = 0;
      setting.hub.intercept = (request, response, at) => {
        if (at === 'hub') return false;
        deliver(request, response, ++time);
        return true;
      };
    },
  };
}
