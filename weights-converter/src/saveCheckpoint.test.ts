// SPDX-License-Identifier: Apache-2.0
import { toSafetensorsBytes, type WritableTensor } from '@tfjs-clip/safetensors';
import { memoryFiles } from '../testing/clipCheckpoint.js';
import { fixtureFile, fixtureFiles } from '../testing/fixtures.js';
import type { NamedTensor } from './names/huggingFace.js';
import { openCheckpoint } from './openCheckpoint.js';
import { type CheckpointFolder, saveCheckpoint } from './saveCheckpoint.js';
import { planShards } from './shards.js';

class MemoryFolder implements CheckpointFolder {
  readonly log: string[] = [];

  constructor(readonly files: Record<string, Uint8Array> = {}) {}

  list = async () => Object.keys(this.files);

  async writeText(file: string, text: string) {
    this.log.push(`write ${file}`);
    this.files[file] = new TextEncoder().encode(text);
  }

  async writeTensors(
    file: string,
    tensors: readonly WritableTensor[],
    metadata: Readonly<Record<string, string>>,
  ) {
    this.log.push(`write ${file}`);
    this.files[file] = await toSafetensorsBytes(tensors, metadata);
  }

  async remove(file: string) {
    this.log.push(`remove ${file}`);
    delete this.files[file];
  }
}

/** In the order of the Python model's state dict. */
async function reference(): Promise<NamedTensor[]> {
  const order: string[] = JSON.parse(
    new TextDecoder().decode(fixtureFile('hugging-face-sharded', 'order.json')),
  );
  const { tensors } = await openCheckpoint(fixtureFiles('hugging-face'));
  return order.map((name) => ({ name, shape: tensors.get(name)!.shape, data: tensors.get(name)!.read }));
}

async function expectReference(files: Record<string, Uint8Array>) {
  const { tensors } = await openCheckpoint(memoryFiles(files));
  for (const { name, data } of await reference()) {
    expect([name, await tensors.get(name)!.read()]).toEqual([
      name,
      await (data as () => Promise<Float32Array>)(),
    ]);
  }
}

it("one file is transformers' byte for byte", async () => {
  const folder = new MemoryFolder();
  await saveCheckpoint(folder, await reference());
  expect(folder.log).toEqual(['write model.safetensors']);
  expect(folder.files['model.safetensors']).toEqual(fixtureFile('hugging-face', 'model.safetensors'));
});

it('shards are split as transformers splits them, with its index', async () => {
  const folder = new MemoryFolder();
  await saveCheckpoint(folder, await reference(), { maxShardSize: '8KB' });
  const index = 'model.safetensors.index.json';
  expect(JSON.parse(new TextDecoder().decode(folder.files[index]))).toEqual(
    JSON.parse(new TextDecoder().decode(fixtureFile('hugging-face-sharded', index))),
  );
  expect(folder.files[index]).toEqual(fixtureFile('hugging-face-sharded', index));
  expect(folder.log.at(-1)).toBe(`write ${index}`);
  await expectReference(folder.files);
});

it('files of an earlier save go when the new ones are whole; others stay', async () => {
  const folder = new MemoryFolder({
    'config.json': new Uint8Array(2),
    'model-00001-of-00009.safetensors': new Uint8Array(2),
  });
  await saveCheckpoint(folder, await reference());
  await saveCheckpoint(folder, await reference(), { maxShardSize: 16_000 });
  await saveCheckpoint(folder, await reference());
  expect(folder.log).toEqual([
    'write model.safetensors',
    'remove model-00001-of-00009.safetensors',
    'write model-00001-of-00002.safetensors',
    'write model-00002-of-00002.safetensors',
    'write model.safetensors.index.json',
    'remove model.safetensors',
    'write model.safetensors',
    'remove model-00001-of-00002.safetensors',
    'remove model-00002-of-00002.safetensors',
    'remove model.safetensors.index.json',
  ]);
  expect(Object.keys(folder.files).sort()).toEqual(['config.json', 'model.safetensors']);
  await expectReference(folder.files);
});

it('what fails on the way removes nothing', async () => {
  const folder = new MemoryFolder();
  await saveCheckpoint(folder, await reference());
  const failing = (await reference()).map((tensor) =>
    tensor.name === 'visual_projection.weight'
      ? { ...tensor, data: () => Promise.reject(new Error('the device is gone')) }
      : tensor,
  );
  await expect(saveCheckpoint(folder, failing, { maxShardSize: '8KB' })).rejects.toThrow(
    'the device is gone',
  );
  await expectReference({ 'model.safetensors': folder.files['model.safetensors'] });
});

it.each(['int8', 'int4'] as const)('%s in shards: a weight and its scales are in one file', async (type) => {
  const folder = new MemoryFolder();
  await saveCheckpoint(folder, await reference(), { maxShardSize: '4KB', quantization: { type } });
  expect(Object.keys(folder.files).length).toBeGreaterThan(3);
  const { tensors } = await openCheckpoint(memoryFiles(folder.files));
  expect(tensors.size).toBe((await reference()).length);
  expect(tensors.get('text_projection.weight')!.dtype).toBe(type === 'int8' ? 'I8' : 'I4');
});

describe('planShards', () => {
  const tensors = [6, 6, 2, 6, 2, 12, 2].map((size, i): WritableTensor => {
    return { name: `t${i}`, dtype: 'U8', shape: [size], data: new Uint8Array(size) };
  });
  const plan = (maxShardSize?: number | string) =>
    planShards(tensors, maxShardSize).shards.map(({ tensors: held }) =>
      held.map(({ name }) => name).join(' '),
    );

  it("goes by the tensors' order; one that is too large has a file of its own", () => {
    expect(plan(10)).toEqual(['t0', 't1 t2', 't5', 't3 t4 t6']);
    expect(plan()).toEqual(['t0 t1 t2 t3 t4 t5 t6']);
  });

  it.each(['0.01KB', '10b', '10 B', '0.00001MB'])('%s is 10 bytes', (size) => {
    expect(plan(size)).toEqual(plan(10));
  });

  it.each([0, -1, Number.NaN, '', '5', 'GB', '5GiB', '1e3KB'])('%j is refused', (size) => {
    expect(() => plan(size)).toThrow(
      `maxShardSize ${JSON.stringify(size)} is no size: give bytes, or a text such as '500MB' or '5GB'.`,
    );
  });
});
