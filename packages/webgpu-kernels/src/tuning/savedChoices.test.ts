// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadChoices, saveChoices } from './savedChoices.js';

const limits = {
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupSizeX: 256,
  maxComputeWorkgroupSizeY: 256,
  maxComputeWorkgroupStorageSize: 16_384,
} as GPUSupportedLimits;
const cardNamed = (device: string, itsLimits = limits) =>
  ({ limits: itsLimits, adapterInfo: { vendor: 'maker', architecture: 'new', device } }) as GPUDevice;
const card = cardNamed('card');

let cache: string;
const folder = () => path.join(cache, 'tfjs-clip');
const file = () => path.join(folder(), 'webgpu-tiles.json');

beforeEach(async () => {
  cache = await mkdtemp(path.join(tmpdir(), 'tiles-'));
  process.env.XDG_CACHE_HOME = cache;
});

afterEach(async () => {
  delete process.env.XDG_CACHE_HOME;
  await rm(cache, { recursive: true });
});

it('each device has choices of its own, and the file is whole', async () => {
  expect(await loadChoices(card)).toEqual({});
  await saveChoices(card, { '64x768x768': 'heavy' });
  await saveChoices(cardNamed('other'), { '64x768x768': 'large' });
  expect(await loadChoices(card)).toEqual({ '64x768x768': 'heavy' });
  expect(await loadChoices(cardNamed('other'))).toEqual({ '64x768x768': 'large' });
  const lesser = { ...limits, maxComputeInvocationsPerWorkgroup: 128 };
  expect(await loadChoices(cardNamed('card', lesser))).toEqual({});
  expect(await readdir(folder())).toEqual(['webgpu-tiles.json']);
});

it('a device that does not know its adapter leaves nothing behind', async () => {
  await saveChoices({ limits } as GPUDevice, { '1x1x1': 'flat' });
  expect(await loadChoices({ limits } as GPUDevice)).toEqual({});
  expect(await readdir(cache)).toEqual([]);
});

it.each(['', 'null', '[]', '7', '{"', '{"__proto__": {"1x1x1": "flat"}}'])(
  'a file that holds %j counts for nothing, and is written anew',
  async (text) => {
    await saveChoices(card, {});
    await writeFile(file(), text);
    expect(await loadChoices(card)).toEqual({});
    await saveChoices(card, { '1x1x1': 'flat' });
    expect(await loadChoices(card)).toEqual({ '1x1x1': 'flat' });
  },
);

it('of a device’s choices only those are taken that can be', async () => {
  await saveChoices(card, { '1x1x1': 'flat' });
  const [name] = Object.keys(JSON.parse(await readFile(file(), 'utf8')));
  const saved = {
    '1x1x1': 'huge',
    '1x1x2': 'toString',
    '1x1x3': 7,
    ['__proto__']: 'flat',
    nonsense: 'flat',
    '1x1x4': 'loop8',
  };
  await writeFile(file(), JSON.stringify({ [name]: saved }));
  expect(await loadChoices(card)).toEqual({ '1x1x4': 'loop8' });
  await writeFile(file(), JSON.stringify({ [name]: ['flat'] }));
  expect(await loadChoices(card)).toEqual({});
});

it('where nothing can be written nothing fails', async () => {
  await writeFile(folder(), 'a file in the folder’s place');
  await saveChoices(card, { '1x1x1': 'flat' });
  expect(await loadChoices(card)).toEqual({});
});
