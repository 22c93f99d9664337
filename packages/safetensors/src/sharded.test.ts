// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { refusal } from '../testing/rawFile.js';
import { openSource } from './openSource.js';
import { ShardedReader } from './sharded.js';
import type { ByteSource } from './source.js';
import { toSafetensorsBytes } from './writer.js';

const FIXTURES = path.resolve(__dirname, '../../../test/fixtures/safetensors');

describe('two shards written by Python', () => {
  const expected: Record<string, { shape: number[]; hex: string }> = JSON.parse(
    readFileSync(path.join(FIXTURES, 'two-shards.json'), 'utf8'),
  );
  let reader: ShardedReader;
  beforeAll(async () => {
    const index = readFileSync(path.join(FIXTURES, 'model.safetensors.index.json'));
    reader = await ShardedReader.open(index, (file) => openSource(path.join(FIXTURES, file)));
  });
  afterAll(() => reader.close());

  it('are read as one', async () => {
    expect(reader.names().sort()).toEqual(['a', 'b', 'c']);
    expect(reader.metadata).toEqual({ format: 'pt' });
    expect(await reader.data('a')).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n, 5n));
    for (const name of reader.names()) {
      expect(reader.info(name).shape).toEqual(expected[name].shape);
      expect(Buffer.from(await reader.bytes(name)).toString('hex')).toBe(expected[name].hex);
    }
  });

  it('name an absent tensor in the error', async () => {
    expect(reader.has('d')).toBe(false);
    expect((await refusal(reader.float32('d'))).message).toBe("the shard index lists no tensor 'd'.");
  });
});

/** Shards in memory, by the names of their tensors; counts what is opened and not closed. */
async function shards(
  contents: Record<string, string[]>,
  metadata: Record<string, Record<string, string>> = {},
) {
  const files = new Map<string, Uint8Array>();
  for (const [file, names] of Object.entries(contents)) {
    const tensors = names.map((name) => ({
      name,
      dtype: 'U8' as const,
      shape: [1],
      data: Uint8Array.of(names.length),
    }));
    files.set(file, await toSafetensorsBytes(tensors, metadata[file]));
  }
  const state = { opened: [] as string[], open: 0 };
  const openShard = async (file: string): Promise<ByteSource> => {
    state.opened.push(file);
    const source = await openSource(files.get(file)!, { name: file });
    state.open++;
    return {
      ...source,
      close: async () => {
        state.open--;
      },
    };
  };
  return { state, openShard };
}

function index(weightMap: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify({ metadata: { total_size: 8 }, weight_map: weightMap }));
}

it('opens each shard once and closes them all', async () => {
  const { state, openShard } = await shards({ 'x.safetensors': ['a', 'b'], 'y.safetensors': ['c'] });
  const reader = await ShardedReader.open(
    index({ a: 'x.safetensors', c: 'y.safetensors', b: 'x.safetensors' }),
    openShard,
  );
  expect(state).toEqual({ opened: ['x.safetensors', 'y.safetensors'], open: 2 });
  await reader.close();
  expect(state.open).toBe(0);
});

it('joins the metadata, the first shard first', async () => {
  const { openShard } = await shards(
    { 'x.safetensors': ['a'], 'y.safetensors': ['b'] },
    { 'x.safetensors': { format: 'pt', only: 'x' }, 'y.safetensors': { format: 'tf', also: 'y' } },
  );
  const reader = await ShardedReader.open(index({ a: 'x.safetensors', b: 'y.safetensors' }), openShard);
  expect(reader.metadata).toEqual({ format: 'pt', only: 'x', also: 'y' });
});

describe('hostile shard names are refused before anything is opened', () => {
  it.each([
    '../secret.safetensors',
    '..\\secret.safetensors',
    'sub/x.safetensors',
    'sub\\x.safetensors',
    '/etc/x.safetensors',
    'C:x.safetensors',
    'http://evil/x.safetensors',
    '%2e%2e%2fx.safetensors',
    'x.safetensors?y',
    'x.safetensors#.safetensors',
    '..safetensors',
    'a..safetensors',
    '.hidden.safetensors',
    '~.safetensors',
    'x\u0000.safetensors',
    'x\n.safetensors',
    'x.bin',
    'x.safetensors.sh',
    '.safetensors',
    '',
  ])('%j', async (file) => {
    const { state, openShard } = await shards({});
    const error = await refusal(ShardedReader.open(index({ good: 'x.safetensors', a: file }), openShard));
    expect(error.code).toBe('UNSAFE_SHARD_NAME');
    expect(error.message).toBe(
      `the shard index puts tensor 'a' into ${JSON.stringify(file)}; a shard is a plain *.safetensors file name beside the index, without path or '..'.`,
    );
    expect(state.opened).toEqual([]);
  });
});

describe('an index that is not one', () => {
  const form = 'it is {"weight_map": {tensor: file}}.';
  it.each([
    ['[]', 'INVALID_INDEX', `the shard index is no JSON object; ${form}`],
    ['{}', 'INVALID_INDEX', `the shard index has no weight_map; ${form}`],
    ['{"weight_map":[]}', 'INVALID_INDEX', `the shard index has a weight_map that is no object; ${form}`],
    ['{"weight_map":{}}', 'INVALID_INDEX', `the shard index lists no tensors; ${form}`],
    ['{"weight_map":{"a":1}}', 'INVALID_INDEX', `the shard index gives no file name for tensor 'a'; ${form}`],
    [
      '{"weight_map":',
      'INVALID_JSON',
      'the shard index is not valid JSON: expected a value at character 14, it ends.',
    ],
    [
      '{"weight_map":{"a":"x.safetensors","a":"y.safetensors"}}',
      'DUPLICATE_KEY',
      'the shard index has the key "a" twice.',
    ],
    [
      '\ufeff{}',
      'INVALID_JSON',
      'the shard index is not valid JSON: expected a value at character 0, found "\ufeff{}".',
    ],
  ])('%s', async (text, code, sentence) => {
    const { openShard } = await shards({});
    const error = await refusal(ShardedReader.open(new TextEncoder().encode(text), openShard));
    expect(error.code).toBe(code);
    expect(error.message).toBe(sentence);
  });

  it('bytes that are no UTF-8', async () => {
    const error = await refusal(ShardedReader.open(Uint8Array.of(0xff), (await shards({})).openShard));
    expect(error.message).toBe('the shard index is not valid UTF-8.');
  });
});

describe('index and shards that disagree are refused, and all shards closed', () => {
  it('a tensor that its shard does not have', async () => {
    const { state, openShard } = await shards({ 'x.safetensors': ['a'], 'y.safetensors': ['b'] });
    const error = await refusal(
      ShardedReader.open(index({ a: 'x.safetensors', b: 'x.safetensors', c: 'y.safetensors' }), openShard),
    );
    expect(error.code).toBe('INDEX_MISMATCH');
    expect(error.message).toBe(
      "the shard index lists tensor 'b' in x.safetensors, which does not have it. The files are not of one set: fetch all of them again.",
    );
    expect(state.open).toBe(0);
  });

  it('a tensor that the index does not list', async () => {
    const { state, openShard } = await shards({ 'x.safetensors': ['a', 'extra'] });
    const error = await refusal(ShardedReader.open(index({ a: 'x.safetensors' }), openShard));
    expect(error.code).toBe('INDEX_MISMATCH');
    expect(error.message).toMatch(
      /^the shard index does not list tensor 'extra' in x\.safetensors, which has it\./,
    );
    expect(state.open).toBe(0);
  });

  it('a tensor in two shards', async () => {
    const { openShard } = await shards({ 'x.safetensors': ['a'], 'y.safetensors': ['a', 'b'] });
    const error = await refusal(
      ShardedReader.open(index({ a: 'x.safetensors', b: 'y.safetensors' }), openShard),
    );
    expect(error.message).toMatch(
      /^the shard index does not list tensor 'a' in y\.safetensors, which has it\./,
    );
  });

  it('a shard that cannot be opened', async () => {
    const { state, openShard } = await shards({ 'x.safetensors': ['a'] });
    const opening = ShardedReader.open(index({ a: 'x.safetensors', b: 'y.safetensors' }), (file) =>
      file === 'x.safetensors' ? openShard(file) : Promise.reject(new Error('no such shard')),
    );
    await expect(opening).rejects.toThrow('no such shard');
    expect(state.open).toBe(0);
  });
});
