// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { oneTensor, openBytes, rawFile, refusal } from '../testing/rawFile.js';
import { openSource } from './openSource.js';
import { SafetensorsReader } from './reader.js';

const FIXTURES = path.resolve(__dirname, '../../../test/fixtures/safetensors');

describe('a file written by Python', () => {
  const expected: Record<string, { shape: number[]; hex: string }> = JSON.parse(
    readFileSync(path.join(FIXTURES, 'every-dtype.json'), 'utf8'),
  );
  let reader: SafetensorsReader;
  beforeAll(async () => {
    reader = await SafetensorsReader.open(await openSource(path.join(FIXTURES, 'every-dtype.safetensors')));
  });
  afterAll(() => reader.close());

  it('has the names and metadata that Python gave', () => {
    expect(reader.names().sort()).toEqual(Object.keys(expected).sort());
    expect(reader.metadata.made_by).toMatch(/^torch .*, safetensors /);
  });

  it.each(Object.keys(expected))('gives the shape and the bytes of %j', async (name) => {
    // torch counts F4 in pairs, the format in elements.
    const shape = name === 'F4' ? [2, 6] : expected[name].shape;
    expect(reader.info(name).shape).toEqual(shape);
    expect(Buffer.from(await reader.bytes(name)).toString('hex')).toBe(expected[name].hex);
    const data = await reader.data(name);
    expect(Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('hex')).toBe(
      expected[name].hex,
    );
  });

  it('names the dtypes as they are named', () => {
    const sameName = reader.names().filter((name) => /^(BOOL|B?F\d|[IUC]\d)/.test(name));
    expect(sameName.length).toBe(20);
    for (const name of sameName) expect(reader.info(name).dtype).toBe(name);
  });

  it('gives values in the typed array of their dtype', async () => {
    expect(await reader.data('名前 "quoted" \\ \t')).toEqual(BigInt64Array.of(0n, 1n, 2n, 3n, 4n));
    expect(await reader.data('__proto__')).toEqual(Int32Array.of(7));
    expect(await reader.data('one dimension of one')).toEqual(Uint16Array.of(0x3c00));
    expect(await reader.float32('scalar')).toEqual(Float32Array.of(2.6592));
    expect(await reader.float32('empty')).toEqual(new Float32Array(0));
  });
});

describe('what the format allows', () => {
  it('a header without tensors', async () => {
    expect((await openBytes(rawFile('{}'))).names()).toEqual([]);
  });

  it('white space after the header, and between its parts', async () => {
    const reader = await openBytes(rawFile('{ "__metadata__" :\t{\r\n"a" : "b" } } \t\r\n   '));
    expect(reader.metadata).toEqual({ a: 'b' });
  });

  it('metadata that are null', async () => {
    expect((await openBytes(rawFile('{"__metadata__":null}'))).metadata).toEqual({});
  });

  it('tensors in any order, given back in the order of their data', async () => {
    const entry = (begin: number) => `{"data_offsets":[${begin},${begin + 2}],"shape":[2],"dtype":"U8"}`;
    const reader = await openBytes(
      rawFile(`{"c":${entry(2)},"a":${entry(4)},"b":${entry(0)}}`, Uint8Array.of(1, 2, 3, 4, 5, 6)),
    );
    expect(reader.names()).toEqual(['b', 'c', 'a']);
    expect(await reader.bytes('a')).toEqual(Uint8Array.of(5, 6));
  });

  it('tensors without elements between others', async () => {
    const entry = (shape: string, begin: number, end: number) =>
      `{"dtype":"U8","shape":${shape},"data_offsets":[${begin},${end}]}`;
    const tensors = [
      `"a":${entry('[1]', 0, 1)}`,
      `"z":${entry('[1]', 1, 2)}`,
      `"none":${entry('[3,0]', 1, 1)}`,
    ];
    const reader = await openBytes(rawFile(`{${tensors.join(',')}}`, 2));
    expect(reader.names()).toEqual(['a', 'none', 'z']);
    expect(reader.info('none')).toMatchObject({ shape: [3, 0], byteLength: 0 });
    expect(await reader.float32('none')).toEqual(new Float32Array(0));
  });

  it('fields of an entry that are not known yet', async () => {
    const entry = '{"dtype":"U8","shape":[],"data_offsets":[0,1],"stride":[{"a":[1.5e3,true,null,"x"]},-1]}';
    expect((await openBytes(oneTensor(entry, 1))).info('t').shape).toEqual([]);
  });

  it('six-bit floats, by their bytes', async () => {
    const entry = '{"dtype":"F6_E3M2","shape":[2,2],"data_offsets":[0,3]}';
    const reader = await openBytes(oneTensor(entry, Uint8Array.of(1, 2, 3)));
    expect(await reader.data('t')).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('data at any byte, aligned or not', async () => {
    const entries =
      '"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F64","shape":[1],"data_offsets":[1,9]}';
    const data = new Uint8Array(9);
    new DataView(data.buffer).setFloat64(1, Math.PI, true);
    expect(await (await openBytes(rawFile(`{${entries}}`, data))).data('b')).toEqual(
      Float64Array.of(Math.PI),
    );
  });
});

describe('use', () => {
  const file = oneTensor('{"dtype":"C64","shape":[1],"data_offsets":[0,8]}', 8);

  it('an absent tensor is named in the error', async () => {
    const reader = await openBytes(file);
    const error = await refusal(() => reader.info('u'));
    expect(error.code).toBe('TENSOR_NOT_FOUND');
    expect(error.message).toBe("x.safetensors has no tensor 'u'.");
    expect((await refusal(reader.float32('u'))).code).toBe('TENSOR_NOT_FOUND');
  });

  it('complex numbers are not silently cut to their real part', async () => {
    const error = await refusal((await openBytes(file)).float32('t'));
    expect(error.code).toBe('NOT_CONVERTIBLE');
    expect(error.message).toBe(
      "x.safetensors: tensor 't' is C64, which float32 cannot hold: its elements are complex. Read it with bytes() or data().",
    );
  });

  it('four-bit floats are not unpacked by guesswork', async () => {
    const reader = await openBytes(oneTensor('{"dtype":"F4","shape":[2],"data_offsets":[0,1]}', 1));
    expect((await refusal(reader.float32('t'))).message).toBe(
      "x.safetensors: tensor 't' is F4, which float32 cannot hold: the format does not say how its elements are packed into bytes. Read it with bytes() or data().",
    );
  });

  it('changing an info changes nothing in the reader', async () => {
    const reader = await openBytes(file);
    reader.info('t').shape.push(99);
    expect(reader.info('t').shape).toEqual([1]);
  });

  it('a closed reader says so', async () => {
    const reader = await openBytes(file);
    await reader.close();
    const error = await refusal(reader.bytes('t'));
    expect(error.code).toBe('CLOSED');
    expect(error.message).toBe('x.safetensors has been closed; open it again to read from it.');
  });

  it('a file that is refused is closed', async () => {
    let closed = 0;
    const source = await openSource(new Uint8Array(3));
    await refusal(SafetensorsReader.open({ ...source, close: async () => void closed++ }));
    expect(closed).toBe(1);
  });
});
