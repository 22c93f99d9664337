// SPDX-License-Identifier: Apache-2.0
/** Tensors of several slabs, whose seams may lie anywhere; small ones are read in every other test. */
import {
  castFloat32,
  type FloatDType,
  openSource,
  toSafetensorsBytes,
  type WritableTensor,
} from '@tfjs-clip/safetensors';
import { memoryFiles } from '../testing/clipCheckpoint.js';
import { valuesOf } from '../testing/rawTensors.js';
import type { CheckpointTensor } from './checkpoint.js';
import { safetensorsFormat } from './formats/safetensors.js';
import { toOurLayout } from './layout.js';
import { toHuggingFaceTensors } from './names/huggingFace.js';
import { openCheckpoint } from './openCheckpoint.js';
import { dequantize, type Quantization, quantize } from './quantization.js';
import { quantizationMetadata, quantizedEntry } from './quantizedFiles.js';

/** Small integers, which every type but the 8-bit floats holds exactly. */
function counting(shape: readonly number[]): Float32Array {
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  for (let i = 0; i < values.length; i++) values[i] = (i % 251) - 125;
  return values;
}

/** toEqual takes seconds for a million numbers. */
function expectSame(actual: Float32Array, expected: Float32Array): void {
  let at = actual.length === expected.length ? 0 : -1;
  while (at >= 0 && at < actual.length && actual[at] === expected[at]) at++;
  expect([at, actual[at]]).toEqual([expected.length, undefined]);
}

async function opened(tensors: WritableTensor[], metadata?: Record<string, string>) {
  const bytes = await toSafetensorsBytes(tensors, metadata);
  const checkpoint = await openCheckpoint(memoryFiles({ 'model.safetensors': bytes }));
  return [...checkpoint.tensors.values()];
}

async function stored(name: string, shape: number[], dtype: FloatDType = 'F32'): Promise<CheckpointTensor> {
  const [tensor] = await opened([{ name, dtype, shape, data: castFloat32(counting(shape), dtype) }]);
  return tensor;
}

const LINEAR = 'text_projection.weight';
const PATCHES = 'vision_model.embeddings.patch_embedding.weight';
const TOKENS = 'text_model.embeddings.token_embedding.weight';

describe.each([
  [LINEAR, [1030, 701]],
  [LINEAR, [3, 600_000]],
  [PATCHES, [701, 3, 16, 16]],
  [TOKENS, [1030, 701]],
] as [string, number[]][])('%s of %j', (name, shape) => {
  const expected = toOurLayout(name, shape, counting(shape)).data;

  it.each<FloatDType>(['F32', 'F16', 'BF16'])('as %s', async (dtype) => {
    expectSame(await (await stored(name, shape, dtype)).read(), expected);
  });

  it('goes into the array that is given', async () => {
    const whole = new Float32Array(expected.length + 2);
    const target = whole.subarray(1, -1);
    expect(await (await stored(name, shape)).read(target)).toBe(target);
    expectSame(target, expected);
    expect([whole[0], whole.at(-1)]).toEqual([0, 0]);
  });

  it('goes where it is to go after each wait, if that moves', async () => {
    let current = new Float32Array(expected.length);
    const move = () => {
      const before = current;
      current = before.slice();
      before.fill(Number.NaN);
      return current;
    };
    expectSame(await (await stored(name, shape)).read(move), expected);
  });
});

it('doubles are rounded to float32 slab by slab', async () => {
  const shape = [1030, 701];
  const data = Float64Array.from(counting(shape), (value) => value / 3);
  const [tensor] = await opened([{ name: LINEAR, dtype: 'F64', shape, data }]);
  expectSame(await tensor.read(), toOurLayout(LINEAR, shape, Float32Array.from(data)).data);
});

it.each<Quantization>([{ type: 'int8' }, { type: 'int4' }, { type: 'int4', group: 64 }])(
  '%j is unpacked slab by slab',
  async (quantization) => {
    const shape: [number, number] = [1030, 701];
    const named = [
      { name: LINEAR, shape: [701, 1030], data: toOurLayout(LINEAR, shape, counting(shape)).data },
    ];
    const metadata = quantizationMetadata({ [LINEAR]: quantizedEntry(shape, quantization) });
    const [tensor] = await opened([...toHuggingFaceTensors(named, { quantization })], metadata);
    const values = dequantize(quantize(counting(shape), shape, quantization), shape, quantization);
    expectSame(await tensor.read(), toOurLayout(LINEAR, shape, values).data);
  },
);

it.each<Quantization>([{ type: 'int8' }, { type: 'int4' }])(
  'a part of %j may begin and end within a row, and within a byte',
  async (quantization) => {
    const shape: [number, number] = [9, 701];
    const named = [{ name: LINEAR, shape: [701, 9], data: toOurLayout(LINEAR, shape, counting(shape)).data }];
    const metadata = quantizationMetadata({ [LINEAR]: quantizedEntry(shape, quantization) });
    const bytes = await toSafetensorsBytes(toHuggingFaceTensors(named, { quantization }), metadata);
    const { tensors } = await safetensorsFormat.open(await openSource(bytes));
    const values = dequantize(quantize(counting(shape), shape, quantization), shape, quantization);
    expect(await valuesOf(tensors[0], 705, 2999)).toEqual(values.slice(705, 2999));
  },
);

it('many tensors read at once do not get in each other’s way', async () => {
  const shape = [40, 30];
  const tensors = Array.from({ length: 20 }, (_, i) => {
    const name = `text_model.encoder.layers.${i}.mlp.fc1.weight`;
    return { name, dtype: 'F32' as const, shape, data: counting(shape).map((value) => value + i) };
  });
  const read = await Promise.all(
    (await opened(tensors)).map(async (tensor) => [tensor.name, await tensor.read()]),
  );
  expect(read.sort()).toEqual(
    tensors.map(({ name, data }) => [name, toOurLayout(name, shape, data).data]).sort(),
  );
});

it('an array of another length is refused before anything is read', async () => {
  const tensor = await stored(LINEAR, [2, 3]);
  await expect(tensor.read(new Float32Array(5))).rejects.toThrow(
    new RangeError("'text_projection.weight' has 6 numbers; the array to read them into has 5."),
  );
});
