// SPDX-License-Identifier: Apache-2.0
/** What loading reads and holds, counted; the values themselves are held against Python's in test/. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { type ByteSource, openSource, SafetensorsReader } from '@tfjs-clip/safetensors';
import { openCheckpoint } from '@tfjs-clip/weights-converter';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import {
  TFCLIPModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from '../models/index.js';
import type { ModelFiles } from './modelFiles.js';
import { resolveModelFiles } from './resolveModelFiles.js';

const FIXTURES = path.resolve(__dirname, '../../../../test/fixtures');
const QUANTIZED = 'quantized';

let temporary: string;
beforeAll(async () => {
  await tf.ready();
  temporary = await mkdtemp(path.join(tmpdir(), 'load-weights-'));
  const model = await TFCLIPModel.fromPretrained(path.join(FIXTURES, 'checkpoints/hugging-face'));
  await model.savePretrained(path.join(temporary, QUANTIZED), { quantization: { type: 'int4' } });
  model.dispose();
});
afterAll(() => rm(temporary, { recursive: true }));

interface Reading {
  files: ModelFiles;
  /** Bytes of large files so far. */
  bytes: number;
  /** Called before each read of a large file. */
  onRead: () => void;
}

async function reading(folder: string): Promise<Reading> {
  const files = await resolveModelFiles(folder);
  const state: Reading = {
    bytes: 0,
    onRead: () => {},
    files: {
      ...files,
      async open(file) {
        const source = await files.open(file);
        return source && counted(source, state);
      },
    },
  };
  return state;
}

function counted(source: ByteSource, state: Reading): ByteSource {
  return {
    name: source.name,
    size: source.size,
    async read(offset, length) {
      state.onRead();
      state.bytes += length;
      return source.read(offset, length);
    },
    close: () => source.close(),
  };
}

/** Bytes that tell the names and shapes, and those of the tensors that `wanted` picks. */
async function bytesOf(folder: string, wanted: RegExp) {
  const state = await reading(folder);
  const checkpoint = await openCheckpoint(state.files);
  const tensors = [...checkpoint.tensors.values()].filter(({ name }) => wanted.test(name));
  await checkpoint.close();
  const data = tensors.reduce((sum, { byteLength }) => sum + byteLength, 0);
  return { structure: state.bytes, data, count: tensors.length };
}

/** A zip archive has, before each tensor, a header of its own that must be read: 30 bytes and a name. */
const ZIP_HEADER = 100;

const FORMATS: [string, number][] = [
  ['hugging-face', 0],
  [QUANTIZED, 0],
  ['torch', ZIP_HEADER],
  ['torch-sharded', ZIP_HEADER],
  ['open-clip', ZIP_HEADER],
  ['openai', ZIP_HEADER],
  ['keras', 0],
  ['flax', 0],
];

const TOWERS = [
  {
    load: (files: ModelFiles) => TFCLIPTextModelWithProjection.fromModelFiles(files),
    wanted: /^text_(?!.*position_ids)/,
  },
  {
    load: (files: ModelFiles) => TFCLIPVisionModelWithProjection.fromModelFiles(files),
    wanted: /^(?:vision|visual)_(?!.*position_ids)/,
  },
];

describeBackends('one tower', () => {
  it.each(FORMATS)('of %s: no byte of the other is read', async (name, header) => {
    const folder = name === QUANTIZED ? path.join(temporary, name) : path.join(FIXTURES, 'checkpoints', name);
    for (const { load, wanted } of TOWERS) {
      const { structure, data, count } = await bytesOf(folder, wanted);
      const state = await reading(folder);
      await leavesNoTensors(async () => (await load(state.files)).dispose());
      // OpenAI's files have no configuration beside them: their structure is read for it first.
      const opened = name === 'openai' ? 2 : 1;
      const read = state.bytes - opened * structure;
      expect(read).toBeGreaterThanOrEqual(data);
      expect(read).toBeLessThanOrEqual(data + header * count);
    }
  });
});

describeBackends('loading', () => {
  it('has no more than three tensors under way', async () => {
    const folder = path.join(FIXTURES, 'checkpoints/hugging-face');
    const { structure } = await bytesOf(folder, /./);
    await leavesNoTensors(async () => {
      const state = await reading(folder);
      const before = tf.memory().numTensors;
      const held: number[] = [];
      state.onRead = () => {
        if (state.bytes >= structure) held.push(tf.memory().numTensors - before);
      };
      const model = await TFCLIPModel.fromModelFiles(state.files);
      expect(held.length).toBe(model.namedWeights().size);
      const underWay = held.map((complete, i) => i + 1 - complete);
      expect(Math.max(...underWay)).toBeLessThanOrEqual(3);
      model.dispose();
    });
  });

  it('puts every number in its place though tfjs’s memory grows, and moves, while a file is read', async () => {
    const folder = path.join(FIXTURES, 'checkpoints/hugging-face');
    const { structure } = await bytesOf(folder, /./);
    await leavesNoTensors(async () => {
      const expected = await TFCLIPModel.fromPretrained(folder);
      const state = await reading(folder);
      const others: tf.Tensor[] = [];
      state.onRead = () => {
        if (state.bytes >= structure && others.length < 20) others.push(tf.ones([2 ** 20]));
      };
      const model = await TFCLIPModel.fromModelFiles(state.files);
      for (const [name, weight] of model.namedWeights()) {
        expect([name, await weight.data()]).toEqual([name, await expected.namedWeights().get(name)!.data()]);
      }
      tf.dispose(others);
      expected.dispose();
      model.dispose();
    });
  });

  it('and saving make no weight smaller that nobody asked to have smaller', async () => {
    const folder = path.join(temporary, 'saved');
    const model = await TFCLIPModel.fromPretrained(path.join(temporary, QUANTIZED));
    await model.savePretrained(folder);
    const config = JSON.parse(await readFile(path.join(folder, 'config.json'), 'utf8'));
    expect(config).toMatchObject({ dtype: 'float32' });
    expect(config).not.toHaveProperty('quantization_config');
    const reader = await SafetensorsReader.open(await openSource(path.join(folder, 'model.safetensors')));
    expect(reader.metadata).toEqual({ format: 'pt' });
    expect(new Set(reader.names().map((name) => reader.info(name).dtype))).toEqual(new Set(['F32']));
    await reader.close();
    model.dispose();
  });

  it('and saving keep every bit of float32', async () => {
    const original = path.join(FIXTURES, 'models/clip-quick-gelu');
    const folder = path.join(temporary, 'again');
    const model = await TFCLIPModel.fromPretrained(original);
    await model.savePretrained(folder);
    const [before, after] = await Promise.all(
      [original, folder].map((from) => readFile(path.join(from, 'model.safetensors'))),
    );
    expect(after.equals(before)).toBe(true);
    model.dispose();
  });
});
