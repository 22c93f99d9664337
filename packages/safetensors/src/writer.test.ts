// SPDX-License-Identifier: Apache-2.0
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openBytes, refusal } from '../testing/rawFile.js';
import { openSource } from './openSource.js';
import { SafetensorsReader } from './reader.js';
import { castFloat32 } from './toFloat32.js';
import { saveSafetensors, toSafetensorsBytes, type WritableTensor, writeSafetensors } from './writer.js';

const FIXTURES = path.resolve(__dirname, '../../../test/fixtures/safetensors');

function headerOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(
    bytes.subarray(8, 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))),
  );
}

function bytesTensor(
  name: string,
  dtype: WritableTensor['dtype'],
  shape: number[],
  length: number,
): WritableTensor {
  return { name, dtype, shape, data: new Uint8Array(length) };
}

it.each(['every-dtype.safetensors', 'conversions.safetensors', 'model-00001-of-00002.safetensors'])(
  '%s, read and written again, is the file that Python wrote, byte for byte',
  async (file) => {
    const original = new Uint8Array(readFileSync(path.join(FIXTURES, file)));
    const reader = await openBytes(original);
    const tensors = reader.names().map((name) => ({ ...reader.info(name), data: () => reader.data(name) }));
    expect(await toSafetensorsBytes(tensors.reverse(), reader.metadata)).toEqual(original);
  },
);

describe('layout', () => {
  it('pads the header with spaces to a multiple of 8', async () => {
    for (let length = 0; length < 9; length++) {
      const bytes = await toSafetensorsBytes([bytesTensor('n'.repeat(length), 'U8', [1], 1)]);
      const header = headerOf(bytes);
      expect(header.length % 8).toBe(0);
      expect(header).toMatch(/^\{.*\} {0,7}$/);
      expect(bytes.length).toBe(8 + header.length + 1);
    }
  });

  it('sorts by decreasing alignment, then by the bytes of the names', async () => {
    const names = ['b', 'a', '\u{1f600}', '\uffee', 'B', 'aa'];
    const tensors = [
      bytesTensor('small', 'BOOL', [1], 1),
      ...names.map((name) => bytesTensor(name, 'F16', [1], 2)),
      bytesTensor('long', 'I64', [1], 8),
      bytesTensor('wide', 'F64', [1], 8),
    ];
    const reader = await openBytes(await toSafetensorsBytes(tensors));
    expect(reader.names()).toEqual(['long', 'wide', 'B', 'a', 'aa', 'b', '\uffee', '\u{1f600}', 'small']);
  });

  it('writes metadata first, and none if none are given', async () => {
    expect(headerOf(await toSafetensorsBytes([], { b: '1', a: 'é"\n' }))).toMatch(
      /^\{"__metadata__":\{"b":"1","a":"é\\"\\n"\}\} *$/,
    );
    expect(headerOf(await toSafetensorsBytes([]))).toBe('{}      ');
  });

  it('keeps "__proto__" as a name and as a key', async () => {
    const metadata = JSON.parse('{"__proto__":"x"}');
    const reader = await openBytes(
      await toSafetensorsBytes([bytesTensor('__proto__', 'U8', [0], 0)], metadata),
    );
    expect(reader.names()).toEqual(['__proto__']);
    expect(Object.entries(reader.metadata)).toEqual([['__proto__', 'x']]);
  });
});

it('writes numbers of every kind so that they are read back', async () => {
  const floats = Float32Array.of(1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, 1e-40, -0);
  const tensors: WritableTensor[] = [
    { name: 'f32', dtype: 'F32', shape: [2, 3], data: floats },
    { name: 'f16', dtype: 'F16', shape: [6], data: castFloat32(floats, 'F16') },
    { name: 'bf16', dtype: 'BF16', shape: [6], data: castFloat32(floats, 'BF16') },
    { name: 'f8', dtype: 'F8_E5M2', shape: [6], data: castFloat32(floats, 'F8_E5M2') },
    { name: 'i64', dtype: 'I64', shape: [], data: BigInt64Array.of(-(2n ** 63n)) },
    { name: 'part', dtype: 'F32', shape: [2], data: floats.subarray(1, 3) },
    { name: 'view', dtype: 'U8', shape: [1], data: Buffer.from([7]) },
  ];
  const reader = await openBytes(await toSafetensorsBytes(tensors));
  expect(await reader.float32('f32')).toEqual(floats);
  expect(await reader.float32('f16')).toEqual(
    Float32Array.of(1, -2.5, Number.NaN, Number.POSITIVE_INFINITY, 0, -0),
  );
  expect((await reader.float32('bf16')).subarray(0, 4)).toEqual(floats.subarray(0, 4));
  expect((await reader.float32('f8')).subarray(0, 4)).toEqual(floats.subarray(0, 4));
  expect(await reader.data('i64')).toEqual(BigInt64Array.of(-(2n ** 63n)));
  expect(await reader.float32('part')).toEqual(floats.subarray(1, 3));
  expect(await reader.bytes('view')).toEqual(Uint8Array.of(7));
});

it('asks for a lazy tensor only when its turn comes', async () => {
  const log: string[] = [];
  const lazy = (name: string): WritableTensor => ({
    name,
    dtype: 'U8',
    shape: [1],
    data: async () => {
      log.push(`data of ${name}`);
      return Uint8Array.of(1);
    },
  });
  for await (const chunk of writeSafetensors([lazy('a'), lazy('b')])) log.push(`chunk of ${chunk.length}`);
  expect(log).toEqual(['chunk of 120', 'data of a', 'chunk of 1', 'data of b', 'chunk of 1']);
});

describe('refuses', () => {
  async function expectRefusal(tensors: WritableTensor[], code: string, sentence: string) {
    const error = await refusal(toSafetensorsBytes(tensors));
    expect(error.code).toBe(code);
    expect(error.message).toBe(sentence);
  }

  it('two tensors of one name', () =>
    expectRefusal(
      [bytesTensor('a', 'U8', [1], 1), bytesTensor('a', 'F32', [1], 4)],
      'INVALID_TENSOR_NAME',
      "Two tensors are named 'a'; names are unique.",
    ));

  it('the name of the metadata', () =>
    expectRefusal(
      [bytesTensor('__metadata__', 'U8', [1], 1)],
      'INVALID_TENSOR_NAME',
      'A tensor cannot be named "__metadata__": that key is the metadata.',
    ));

  it('a name that UTF-8 cannot hold', () =>
    expectRefusal(
      [bytesTensor('\ud800', 'U8', [1], 1)],
      'INVALID_TENSOR_NAME',
      'A tensor cannot be named "\\ud800": it is not valid Unicode.',
    ));

  it('a dtype that the format does not have', () =>
    expectRefusal(
      [bytesTensor('a', 'F128' as never, [1], 16)],
      'UNKNOWN_DTYPE',
      "Tensor 'a' has the dtype 'F128'; the format has BOOL, F4, F6_E2M3, F6_E3M2, U8, I8, F8_E5M2, F8_E4M3, F8_E8M0, F8_E4M3FNUZ, F8_E5M2FNUZ, I16, U16, F16, BF16, I32, U32, F32, C64, F64, I64, U64.",
    ));

  it('an impossible shape', () =>
    expectRefusal(
      [bytesTensor('a', 'U8', [-1], 1)],
      'INVALID_SHAPE',
      "Tensor 'a' has shape [-1]; only integers from 0 on belong there.",
    ));

  it('a shape past 2^53', () =>
    expectRefusal(
      [bytesTensor('a', 'U8', [2 ** 30, 2 ** 30], 1)],
      'SHAPE_OVERFLOW',
      "Tensor 'a' has shape [1073741824, 1073741824] of U8: its size passes 2^53 bits.",
    ));

  it('data of another size', () =>
    expectRefusal(
      [bytesTensor('a', 'F32', [3], 8)],
      'INVALID_DATA',
      "Tensor 'a' of F32 and shape [3] needs 12 bytes; 8 were given.",
    ));

  it('float32 where half is meant', () =>
    expectRefusal(
      [{ name: 'a', dtype: 'F16', shape: [2], data: new Float32Array(1) }],
      'INVALID_DATA',
      "Tensor 'a' of F16 was given a Float32Array; pass its bytes as Uint8Array or its raw values as Uint16Array (castFloat32 makes them of float32).",
    ));

  it('lazy data of another size', () =>
    expectRefusal(
      [{ name: 'a', dtype: 'U8', shape: [2], data: async () => new Uint8Array(1) }],
      'INVALID_DATA',
      "Tensor 'a' of U8 and shape [2] needs 2 bytes; 1 were given.",
    ));

  it('metadata that are no strings', async () => {
    const error = await refusal(toSafetensorsBytes([], { epoch: 3 as never }));
    expect(error.code).toBe('INVALID_METADATA');
    expect(error.message).toBe(
      "Metadata maps strings to strings of valid Unicode; that of 'epoch' is not one.",
    );
  });

  it('a header over 100 MB', async () => {
    const error = await refusal(toSafetensorsBytes([], { long: 'a'.repeat(100_000_000) }));
    expect(error.code).toBe('HEADER_TOO_LARGE');
    expect(error.message).toMatch(/^The header would have 1000000\d\d bytes; at most 100000000 are allowed/);
  });

  it('before anything is written', () => {
    expect(() => writeSafetensors([bytesTensor('a', 'F32', [3], 8)])).toThrow(
      'needs 12 bytes; 8 were given.',
    );
  });
});

describe('saveSafetensors', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'safetensors-writer-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const tensor = { name: 'a', dtype: 'F32' as const, shape: [2], data: Float32Array.of(1, 2) };

  it('writes a file that is read back, and nothing else', async () => {
    const file = path.join(folder, 'model.safetensors');
    await saveSafetensors(file, [tensor], { format: 'pt' });
    expect(new Uint8Array(readFileSync(file))).toEqual(await toSafetensorsBytes([tensor], { format: 'pt' }));
    const reader = await SafetensorsReader.open(await openSource(file));
    expect(await reader.float32('a')).toEqual(tensor.data);
    await reader.close();
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it('replaces a file even while tensors are read from it', async () => {
    const file = path.join(folder, 'model.safetensors');
    await saveSafetensors(file, [tensor]);
    const reader = await SafetensorsReader.open(await openSource(file));
    await saveSafetensors(file, [{ ...tensor, name: 'b', data: () => reader.data('a') }]);
    await reader.close();
    const replaced = await openBytes(new Uint8Array(readFileSync(file)));
    expect(await replaced.float32('b')).toEqual(tensor.data);
  });

  it('leaves the old file, and no other, when a tensor fails on the way', async () => {
    const file = path.join(folder, 'model.safetensors');
    writeFileSync(file, 'old');
    const failing = { ...tensor, data: () => Promise.reject(new Error('no data today')) };
    await expect(
      saveSafetensors(file, [{ ...tensor, dtype: 'I64', data: new Uint8Array(16), name: 'first' }, failing]),
    ).rejects.toThrow('no data today');
    expect(readFileSync(file, 'utf8')).toBe('old');
    expect(readdirSync(folder)).toEqual(['model.safetensors']);
  });

  it('leaves nothing behind where the target is a folder', async () => {
    const target = path.join(folder, 'taken');
    mkdirSync(target);
    const error = await refusal(saveSafetensors(target, [tensor]));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message).toMatch(/taken cannot be written: E[A-Z]+: /);
    expect(readdirSync(folder)).toEqual(['taken']);
  });

  it('says which file when its folder does not exist', async () => {
    const file = path.join(folder, 'absent', 'model.safetensors');
    const error = await refusal(saveSafetensors(file, [tensor]));
    expect(error.code).toBe('WRITE_FAILED');
    expect(error.message.startsWith(`${file} cannot be written: ENOENT`)).toBe(true);
  });
});
