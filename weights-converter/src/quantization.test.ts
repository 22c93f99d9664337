// SPDX-License-Identifier: Apache-2.0
import { toSafetensorsBytes } from '@tfjs-clip/safetensors';
import { memoryFiles } from '../testing/clipCheckpoint.js';
import { fixtureFiles } from '../testing/fixtures.js';
import {
  HUGGING_FACE_METADATA,
  type NamedTensor,
  quantizedEntries,
  toHuggingFaceTensors,
} from './names/huggingFace.js';
import { openCheckpoint } from './openCheckpoint.js';
import { dequantize, type Quantization, quantize } from './quantization.js';
import { quantizationMetadata } from './quantizedFiles.js';

/** Rows of very different sizes, as weights have them. */
function weights(rows: number, columns: number): Float32Array {
  return Float32Array.from({ length: rows * columns }, (_, i) => {
    const row = Math.floor(i / columns);
    return Math.sin(i * 12.9898 + row) * 10 ** (row - 1);
  });
}

it('int8: 127ths of the largest of a row', () => {
  const values = Float32Array.of(1.27, -0.64, 0, 0.005, /**/ -254, 2, 3.1, 0);
  const { packed, scales } = quantize(values, [2, 4], { type: 'int8' });
  expect(scales).toEqual(Float32Array.of(Math.fround(1.27) / 127, 2));
  expect(packed).toEqual(Int8Array.of(127, -64, 0, 1, -127, 1, 2, 0));
});

it('int4: 7ths of the largest of a group, two in a byte, the first in the low bits', () => {
  const values = new Float32Array(66);
  values.set([7, -7, 3, -1]);
  values.set([14, -2], 64);
  const { packed, scales } = quantize(values, [2, 33], { type: 'int4' });
  // Row 0: group of 32, group of 1; row 1 begins at 33, its 64 - 33 = 31st and 32nd hold 14 and -2.
  expect(scales).toEqual(Float32Array.of(1, 0, 2, Math.fround(2 / 7)));
  expect([...packed.subarray(0, 3)]).toEqual([0x97, 0xf3, 0]);
  expect([...packed.subarray(17 + 15)]).toEqual([0x70, 0x09]);
});

it.each<[Quantization, number]>([
  [{ type: 'int8' }, 254],
  [{ type: 'int4' }, 14],
  [{ type: 'int4', group: 64 }, 14],
])('%j keeps to its bound, and zero is zero', (quantization, divisor) => {
  const [rows, columns] = [5, 77];
  const values = weights(rows, columns);
  values.fill(0, 10, 20);
  const back = dequantize(quantize(values, [rows, columns], quantization), [rows, columns], quantization);
  const run = quantization.type === 'int8' ? columns : (quantization.group ?? 32);
  for (let row = 0; row < rows; row++) {
    for (let start = 0; start < columns; start += run) {
      const [begin, end] = [row * columns + start, row * columns + Math.min(start + run, columns)];
      const peak = Math.max(...values.subarray(begin, end).map(Math.abs));
      for (let i = begin; i < end; i++) {
        expect(Math.abs(back[i] - values[i])).toBeLessThanOrEqual((peak / divisor) * (1 + 1e-5));
        if (values[i] === 0) expect(back[i]).toBe(0);
      }
    }
  }
});

it('rows of zeros, and subnormal ones, come back as they can', () => {
  const values = Float32Array.of(0, 0, 1e-45, -1e-45);
  const quantized = quantize(values, [2, 2], { type: 'int8' });
  expect(dequantize(quantized, [2, 2], { type: 'int8' })).toEqual(new Float32Array(4));
});

it.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses %d', (value) => {
  expect(() => quantize(Float32Array.of(1, value), [1, 2], { type: 'int8' })).toThrow(
    'A weight is NaN or infinite, which integers cannot hold: write it as F32.',
  );
});

describe.each<[Quantization, string, number]>([
  [{ type: 'int8' }, 'I8', 254],
  [{ type: 'int4' }, 'I4', 14],
  [{ type: 'int4', group: 64 }, 'I4', 14],
])('a file of %j', (quantization, dtype, divisor) => {
  async function written(): Promise<Uint8Array> {
    const named = await reference();
    const metadata = {
      ...HUGGING_FACE_METADATA,
      ...quantizationMetadata(quantizedEntries(named, { quantization })),
    };
    return toSafetensorsBytes(toHuggingFaceTensors(named, { quantization }), metadata);
  }

  it('has its linear layers as integers, is smaller, and reads as float32', async () => {
    const bytes = await written();
    const checkpoint = await openCheckpoint(memoryFiles({ 'model.safetensors': bytes }));
    const named = await reference();
    expect([...checkpoint.tensors.keys()].sort()).toEqual(named.map(({ name }) => name).sort());
    for (const { name, shape, data } of named) {
      const tensor = checkpoint.tensors.get(name)!;
      const values = await (data as () => Promise<Float32Array>)();
      const isLinear = /(?:_proj|_projection|fc1|fc2)\.weight$/.test(name);
      expect([name, tensor.dtype, tensor.shape]).toEqual([name, isLinear ? dtype : 'F32', shape]);
      const peak = isLinear ? Math.max(...values.map(Math.abs)) : 0;
      const errors = (await tensor.read()).map((value, i) => Math.abs(value - values[i]));
      expect(Math.max(...errors)).toBeLessThanOrEqual((peak / divisor) * 1.00001);
      if (isLinear) expect(tensor.byteLength).toBeLessThan(values.byteLength / 2);
    }
  });

  it('whose metadata lie is refused', async () => {
    const [good] = (
      await openCheckpoint(memoryFiles({ 'model.safetensors': await written() }))
    ).tensors.keys();
    const named = (await reference()).filter(
      ({ name }) => name === good || name === 'text_projection.weight',
    );
    const refusal = (metadata: string) =>
      toSafetensorsBytes(toHuggingFaceTensors(named, { quantization }), { quantization: metadata }).then(
        (bytes) =>
          openCheckpoint(memoryFiles({ 'model.safetensors': bytes })).catch((error) => error.message),
      );
    const of = (entry: unknown) =>
      JSON.stringify({ version: 1, tensors: { 'text_projection.weight': entry } });
    const start = 'model.safetensors cannot be read: ';
    const end = '. It is damaged or incomplete; fetch it again.';
    const unlike = `${start}'text_projection.weight' is not the ${quantization.type} weight that its metadata says${end}`;
    const { type } = quantization;
    expect(await refusal(of({ type, shape: [8, 1000], group: 32 }))).toBe(unlike);
    expect(await refusal(JSON.stringify({ version: 1, tensors: { gone: { type, shape: [1, 1] } } }))).toBe(
      `${start}'gone' is not the ${type} weight that its metadata says${end}`,
    );
    const kind = `${start}its quantization metadata are not int8 or int4 weights of two dimensions${end}`;
    expect(await refusal(of({ type: 'int2', shape: [8, 12] }))).toBe(kind);
    expect(await refusal(of({ type, shape: [8, -12] }))).toBe(kind);
    expect(await refusal(of({ type, shape: [8, 12], group: 0 }))).toBe(kind);
    expect(await refusal(of(null))).toBe(kind);
    const version = `${start}its quantization metadata are not of version 1${end}`;
    expect(await refusal('{')).toBe(version);
    expect(await refusal('null')).toBe(version);
    expect(await refusal('{"version": 2, "tensors": {}}')).toBe(version);
  });
});

async function reference(): Promise<NamedTensor[]> {
  const { tensors } = await openCheckpoint(fixtureFiles('hugging-face'));
  return [...tensors.values()].map(({ name, shape, read }) => ({ name, shape, data: read }));
}
