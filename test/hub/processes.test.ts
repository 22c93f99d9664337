// SPDX-License-Identifier: Apache-2.0
/** Processes that are killed while they download, or download the same at once. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { downloadModel } from '../../packages/clip/src/pretrained/hub/index.js';
import { noise } from '../harness/noise.js';
import { COMMIT, expectBytes, ID, useHub } from './setting.js';
import { sha256 } from './testHub.js';

const LARGE = noise(2_000_000);
const files = ['config.json', 'model.safetensors'];
const setting = useHub();
const children: ChildProcess[] = [];

beforeEach(() => {
  setting.hub.repositories.set(ID, {
    commit: COMMIT,
    files: { 'config.json': '{}', 'model.safetensors': LARGE },
    large: ['model.safetensors'],
  });
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
beforeAll(async () => {
  if (dead.exitCode === null) await once(dead, 'exit');
});

const dead = spawn(process.execPath, ['-e', '']);
const self = { pid: process.pid, host: hostname(), id: 'of-an-earlier-process-of-this-number' };

async function lock(owner: object | string, age = 0): Promise<void> {
  const folder = path.join(setting.cache, '.locks/models--owner--tiny-clip');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${sha256(LARGE)}.node.lock`);
  await writeFile(file, typeof owner === 'string' ? owner : JSON.stringify(owner));
  const then = new Date(Date.now() - age);
  await utimes(file, then, then);
}

function start(): ChildProcess {
  const script = path.join(__dirname, 'downloadInChild.cjs');
  const child = spawn(
    process.execPath,
    ['--conditions=tfjs-clip-source', script, ID, JSON.stringify({ files })],
    { env: { ...process.env, HF_ENDPOINT: setting.hub.url, HF_HUB_CACHE: setting.cache } },
  );
  children.push(child);
  return child;
}

async function folderOf(child: ChildProcess): Promise<string> {
  const [output, errors] = await Promise.all([
    text(child.stdout!),
    text(child.stderr!),
    once(child, 'close'),
  ]);
  expect(errors).toBe('');
  return /^folder (.+)$/m.exec(output)![1];
}

/** Nothing is there that is not right: the blob, if at all, and what a snapshot shows. */
async function expectSoundCache(): Promise<void> {
  const repository = path.join(setting.cache, 'models--owner--tiny-clip');
  const blobs = await readdir(path.join(repository, 'blobs')).catch((): string[] => []);
  if (blobs.includes(sha256(LARGE)))
    expectBytes(await readFile(path.join(repository, 'blobs', sha256(LARGE))), LARGE);
  const shown = await readFile(path.join(repository, 'snapshots', COMMIT, 'model.safetensors')).catch(
    () => null,
  );
  if (shown) expectBytes(shown, LARGE);
}

it('killed at many points, a download ends with the right bytes', async () => {
  const points = [
    0, 1, 65_536, 100_000, 400_000, 700_000, 700_001, 1_300_000, 1_700_000, 1_999_999, 2_000_000,
  ];
  const ranges: string[] = [];
  for (const point of points) {
    const child = start();
    const ended = once(child, 'close');
    let sent = 0;
    setting.hub.intercept = async (request, response, at) => {
      if (at === 'hub') return false;
      const begin = Number(/\d+/.exec(request.headers.range ?? '0')![0]);
      if (begin > 0) ranges.push(request.headers.range!);
      response.writeHead(begin > 0 ? 206 : 200, {
        etag: '"cdn"',
        'content-length': LARGE.length - begin,
        ...(begin > 0 && { 'content-range': `bytes ${begin}-${LARGE.length - 1}/${LARGE.length}` }),
      });
      for (sent = begin; sent < point; sent += 50_000) {
        await new Promise((written) =>
          response.write(LARGE.subarray(sent, Math.min(sent + 50_000, point)), written),
        );
      }
      await new Promise((later) => setTimeout(later, 20)); // Some of it reaches the disk.
      child.kill('SIGKILL');
      return true;
    };
    await ended;
    await expectSoundCache();
  }
  setting.hub.intercept = () => false;
  const folder = await folderOf(start());
  expectBytes(await readFile(path.join(folder, 'model.safetensors')), LARGE);
  expect(ranges.length).toBeGreaterThanOrEqual(5);
  expect(
    (await readdir(path.join(folder, '../../blobs'))).filter((name) => name.includes('incomplete')),
  ).toEqual([]);
}, 60_000);

it('killed while it gives the file its name, too', async () => {
  for (const delay of [0, 1, 2, 4, 8]) {
    const child = start();
    const ended = once(child, 'close');
    child.stdout!.on('data', (lines) => {
      if (/progress model.safetensors 2000000/.test(String(lines)))
        setTimeout(() => child.kill('SIGKILL'), delay);
    });
    await ended;
    await expectSoundCache();
  }
  expectBytes(await readFile(path.join(await folderOf(start()), 'model.safetensors')), LARGE);
}, 60_000);

it.each<[string, number, boolean]>([
  ['two at once', 2, false],
  ['four at once, past the lock of a dead process,', 4, true],
])(
  '%s end with one good copy',
  async (_, count, stale) => {
    setting.hub.intercept = async (_request, _response, at) => {
      if (at === 'cdn') await new Promise((later) => setTimeout(later, 500));
      return false;
    };
    if (stale) await lock({ ...self, pid: dead.pid! });
    const folders = await Promise.all(Array.from({ length: count }, () => folderOf(start())));
    for (const folder of folders) expectBytes(await readFile(path.join(folder, 'model.safetensors')), LARGE);
    expect((await readdir(path.join(folders[0], '../../blobs'))).length).toBe(2);
    const fetches = setting.hub.seen().filter((request) => request === 'GET cdn model.safetensors');
    if (!stale) expect(fetches).toHaveLength(1);
  },
  60_000,
);

describe('a lock', () => {
  it.each<[string, () => object | string, number?]>([
    ['of a dead process is broken', () => ({ ...self, pid: dead.pid! })],
    ['of an earlier process of this number is broken', () => self],
    ['of a process that has shown no life for long is broken', () => ({ ...self, pid: 1 }), 31_000],
    [
      'of another machine that has shown no life for long is broken',
      () => ({ ...self, host: 'other' }),
      31_000,
    ],
    ['that was never written out is broken after a while', () => '', 31_000],
  ])('%s', async (_, owner, age = 0) => {
    await lock(owner(), age);
    await downloadModel(ID, { files });
    expect(await readdir(path.join(setting.cache, '.locks/models--owner--tiny-clip'))).toEqual([]);
  });

  it.each<[string, () => object | string]>([
    ['of a living process', () => ({ ...self, pid: process.ppid })],
    ['of another machine', () => ({ ...self, host: 'other' })],
    ['that is just being written', () => ''],
  ])('%s is waited for', async (_, owner) => {
    await lock(owner());
    const signal = AbortSignal.timeout(300);
    await expect(downloadModel(ID, { files, signal })).rejects.toThrow('aborted due to timeout');
    expect(setting.hub.seen()).not.toContain('GET cdn model.safetensors');
  });
});
