// SPDX-License-Identifier: Apache-2.0
import { toSafetensorsBytes } from '@tfjs-clip/safetensors';
import { fullModel, memoryFiles, singleFile, tensorsOf } from '../testing/clipCheckpoint.js';
import { CheckpointNotFoundError } from './errors.js';
import { openCheckpoint } from './openCheckpoint.js';

function indexOf(weightMap: Record<string, string>): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ metadata: { total_size: 1 }, weight_map: weightMap }));
}

it('model.safetensors: names, metadata, types as stored, shapes and values in our layout', async () => {
  const files = await singleFile(tensorsOf(fullModel(), 'F16'), { format: 'pt' });
  const checkpoint = await openCheckpoint(files);
  expect(checkpoint.name).toBe('tiny-clip');
  expect(checkpoint.metadata).toEqual({ format: 'pt' });
  expect([...checkpoint.tensors.keys()].sort()).toEqual(Object.keys(fullModel()).sort());
  const projection = checkpoint.tensors.get('text_projection.weight')!;
  expect(projection).toMatchObject({ name: 'text_projection.weight', dtype: 'F16', shape: [4, 3] });
  expect(await projection.read()).toEqual(Float32Array.of(1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12));
  expect(await checkpoint.tensors.get('logit_scale')!.read()).toEqual(Float32Array.of(0));
  await checkpoint.close();
  expect(files.use.open).toBe(0);
});

it('reads no tensor before it is asked for', async () => {
  const files = await singleFile(tensorsOf(fullModel()));
  const checkpoint = await openCheckpoint(files);
  const headerBytes = files.use.bytesRead;
  await checkpoint.tensors.get('text_projection.weight')!.read();
  expect(files.use.bytesRead - headerBytes).toBe(3 * 4 * 4);
});

it.each([
  ['F64', Float64Array.of(1.5, -2)],
  ['BF16', Uint16Array.of(0x3fc0, 0xc000)],
  ['F8_E4M3', Uint8Array.of(0x3c, 0xc0)],
] as const)('%s comes as float32', async (dtype, data) => {
  const checkpoint = await openCheckpoint(
    await singleFile([{ name: 'classifier.bias', dtype, shape: [2], data }]),
  );
  expect(await checkpoint.tensors.get('classifier.bias')!.read()).toEqual(Float32Array.of(1.5, -2));
});

it('integers come as float32', async () => {
  const data = BigInt64Array.of(3n, -4n);
  const files = await singleFile([{ name: 'classifier.bias', dtype: 'I64', shape: [2], data }]);
  const checkpoint = await openCheckpoint(files);
  expect(await checkpoint.tensors.get('classifier.bias')!.read()).toEqual(Float32Array.of(3, -4));
});

it('shards are read as one checkpoint', async () => {
  const [a, b] = tensorsOf({ 'classifier.bias': [2], 'classifier.weight': [2, 3] });
  const files = memoryFiles({
    'model.safetensors.index.json': indexOf({ [a.name]: 'one.safetensors', [b.name]: 'two.safetensors' }),
    'one.safetensors': await toSafetensorsBytes([a], { format: 'pt' }),
    'two.safetensors': await toSafetensorsBytes([b]),
  });
  const checkpoint = await openCheckpoint(files);
  expect(checkpoint.metadata).toEqual({ format: 'pt' });
  expect(await checkpoint.tensors.get('classifier.weight')!.read()).toEqual(
    Float32Array.of(1, 4, 2, 5, 3, 6),
  );
  expect(files.use.open).toBe(2);
  await checkpoint.close();
  expect(files.use.open).toBe(0);
});

it('a single file is preferred to shards', async () => {
  const files = memoryFiles({
    'model.safetensors.index.json': indexOf({ a: 'one.safetensors' }),
    'model.safetensors': await toSafetensorsBytes(tensorsOf({ logit_scale: [] })),
  });
  expect([...(await openCheckpoint(files)).tensors.keys()]).toEqual(['logit_scale']);
});

it('no weights: everything that was looked for is named', async () => {
  const opening = openCheckpoint(memoryFiles({ 'weights.npz': new Uint8Array(9) }));
  await expect(opening).rejects.toThrow(CheckpointNotFoundError);
  await expect(opening).rejects.toMatchObject({
    name: 'CheckpointNotFoundError',
    code: 'CHECKPOINT_NOT_FOUND',
    message:
      'tiny-clip holds no weights: looked for model.safetensors, then model.safetensors.index.json, then ' +
      'open_clip_model.safetensors, then pytorch_model.bin, then pytorch_model.bin.index.json, then ' +
      'open_clip_pytorch_model.bin, then model.pt, then pytorch_model.pt, then tf_model.h5, then ' +
      'tf_model.h5.index.json, then flax_model.msgpack, then flax_model.msgpack.index.json. ' +
      'A file of another name is opened by the option `file`.',
  });
});

it('a shard that is not there is named, and the others are closed', async () => {
  const [a] = tensorsOf({ 'classifier.bias': [2] });
  const files = memoryFiles({
    'model.safetensors.index.json': indexOf({ [a.name]: 'one.safetensors', b: 'two.safetensors' }),
    'one.safetensors': await toSafetensorsBytes([a]),
  });
  await expect(openCheckpoint(files)).rejects.toMatchObject({
    code: 'FILE_NOT_FOUND',
    message:
      'tiny-clip has no two.safetensors, which model.safetensors.index.json lists: fetch all files of the model.',
  });
  expect(files.use.open).toBe(0);
});

it('a truncated file is refused as such, and closed', async () => {
  const whole = await toSafetensorsBytes(tensorsOf(fullModel()));
  const files = memoryFiles({ 'model.safetensors': whole.slice(0, -1) });
  await expect(openCheckpoint(files)).rejects.toMatchObject({
    name: 'SafetensorsError',
    code: 'TRUNCATED',
    message: expect.stringMatching(/^model\.safetensors is truncated: its tensors need \d+ bytes of data/),
  });
  expect(files.use.open).toBe(0);
});
