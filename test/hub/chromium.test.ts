// SPDX-License-Identifier: Apache-2.0
/** The hub in a real page: its Cache, its locks, redirects that it follows itself, and other origins' servers. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { PART } from '../../packages/clip/src/pretrained/hub/browser/cacheStore.js';
import { describeInChromium, launchChromium } from '../browser/chromium.js';
import { noise } from '../harness/noise.js';
import { COMMIT, ID, useHub } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const LARGE = noise(PART + 100_000);
const MODEL = 'model.safetensors';

declare const load: (endpoint: string, id: string, file: string, token?: string) => Promise<string>;

describeInChromium('the hub in a page', () => {
  const setting = useHub();
  let browser: Browser;
  let site: Server;
  let address: string;
  let page: Page;

  beforeAll(async () => {
    const root = path.resolve(__dirname, '../..');
    const rolldown = path.join(root, 'node_modules/rolldown/bin/cli.mjs');
    const folder = await mkdtemp(path.join(tmpdir(), 'hub-page-'));
    const bundle = path.join(folder, 'page.js');
    await promisify(execFile)(process.execPath, [
      rolldown,
      '-c',
      path.join(__dirname, 'page.config.mjs'),
      '-o',
      bundle,
    ]);
    const script = await readFile(bundle);
    await rm(folder, { recursive: true });
    site = createServer(({ url }, response) => {
      response.setHeader('content-type', url === '/page.js' ? 'text/javascript' : 'text/html');
      response.end(
        url === '/page.js' ? script : '<!doctype html><script type="module" src="page.js"></script>',
      );
    });
    await new Promise<void>((ready) => site.listen(0, '127.0.0.1', ready));
    address = `http://127.0.0.1:${(site.address() as AddressInfo).port}`;
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    site?.close();
  });
  beforeEach(async () => {
    setting.hub.repositories.set(ID, {
      commit: COMMIT,
      files: { 'config.json': '{"model_type": "clip"}', [MODEL]: LARGE },
      large: [MODEL],
    });
    page = await (await browser.newContext()).newPage();
    await openPage();
  });
  afterEach(() => page.context().close());

  async function openPage(): Promise<void> {
    await page.goto(address);
    await page.waitForFunction('globalThis.load');
    setting.hub.requests.length = 0;
  }

  const loaded = (file: string, token?: string) =>
    page.evaluate((all) => load(...all), [setting.hub.url, ID, file, token] as Parameters<typeof load>);

  it('loads a model, and again from its cache', async () => {
    expect(await loaded(MODEL, 'hf_secret')).toBe(sha256(LARGE));
    expect(setting.hub.requests.filter(({ at }) => at === 'cdn').map(({ token }) => token)).toEqual([
      undefined,
    ]);
    expect(await loaded('vocab.json')).toBe('absent');
    await openPage();
    expect(await loaded(MODEL)).toBe(sha256(LARGE));
    expect(
      setting.hub.seen().filter((request) => request.startsWith('GET') && request.endsWith(MODEL)),
    ).toEqual([]);
  });

  it('goes on from the last whole part after the page was left', async () => {
    setting.hub.intercept = (request, response, at) =>
      at === 'cdn' && !!sendBytes(request, response, LARGE, { etag: '"cdn"' }, PART + 50_000, 2000);
    expect(await loaded(MODEL)).toMatch(/^model.safetensors of owner\/tiny-clip cannot be fetched: /);
    setting.hub.intercept = () => false;
    await openPage();
    expect(await loaded(MODEL)).toBe(sha256(LARGE));
    expect(setting.hub.requests.find(({ at }) => at === 'cdn')?.range).toBe(`bytes=${PART}-`);
  });

  it('fetches once for two tabs', async () => {
    const first = page;
    const second = await page.context().newPage();
    await second.goto(address);
    await second.waitForFunction('globalThis.load');
    const results = await Promise.all(
      [first, second].map((tab) =>
        tab.evaluate((all) => load(...all), [setting.hub.url, ID, MODEL] as [string, string, string]),
      ),
    );
    expect(results).toEqual([sha256(LARGE), sha256(LARGE)]);
    expect(setting.hub.seen().filter((request) => request === `GET cdn ${MODEL}`)).toHaveLength(1);
  });

  it('says what is wrong', async () => {
    setting.hub.repositories.get(ID)!.gatedBy = 'hf_right';
    expect(await loaded(MODEL)).toMatch(`${ID} is gated: accept its conditions at `);
    await setting.hub.stop();
    expect(await loaded(MODEL)).toMatch(
      /^model.safetensors of owner\/tiny-clip cannot be fetched: the connection to /,
    );
  });
});
