// SPDX-License-Identifier: Apache-2.0
import { toSafetensorsBytes } from '@tfjs-clip/safetensors';
import {
  fullModel,
  memoryFiles,
  singleFile,
  tensorsOf,
  textTower,
  visionTower,
} from '../../testing/clipCheckpoint.js';
import { UnwritableTensorError } from '../errors.js';
import { openCheckpoint } from '../openCheckpoint.js';
import { HUGGING_FACE_METADATA, type NamedTensor, toHuggingFaceTensors } from './huggingFace.js';

/** Everything of a checkpoint, as a model would hand it back. */
async function namedOf(shapes: Record<string, number[]>): Promise<NamedTensor[]> {
  const { tensors } = await openCheckpoint(await singleFile(tensorsOf(shapes)));
  return Promise.all(
    [...tensors.values()].map(async ({ name, shape, read }) => ({ name, shape, data: await read() })),
  );
}

it('a checkpoint that was read is written back byte for byte', async () => {
  const original = await toSafetensorsBytes(tensorsOf(fullModel()), HUGGING_FACE_METADATA);
  const named = await namedOf(fullModel());
  expect(await toSafetensorsBytes(toHuggingFaceTensors(named), HUGGING_FACE_METADATA)).toEqual(original);
});

it.each(['F16', 'BF16'] as const)('writes %s', async (dtype) => {
  const named = await namedOf(textTower());
  const written = await toSafetensorsBytes(toHuggingFaceTensors(named, { dtype }));
  expect(written).toEqual(await toSafetensorsBytes(tensorsOf(textTower(), dtype)));
});

it.each([
  ['text_model', textTower],
  ['vision_model', visionTower],
] as const)('writes the %s prefixed, and bare where asked', async (tower, shapesOf) => {
  const named = await namedOf(shapesOf());
  const names = (tensors: Iterable<{ name: string }>) => [...tensors].map(({ name }) => name).sort();
  expect(names(toHuggingFaceTensors(named))).toEqual(Object.keys(shapesOf()).sort());
  expect(names(toHuggingFaceTensors(named, { bareTower: tower }))).toEqual(Object.keys(shapesOf('')).sort());
});

it('a head has no bare name', async () => {
  const named = [{ name: 'text_projection.weight', shape: [4, 3], data: new Float32Array(12) }];
  const writing = () => [...toHuggingFaceTensors(named, { bareTower: 'text_model' })];
  expect(writing).toThrow(UnwritableTensorError);
  expect(writing).toThrow(
    "'text_projection.weight' is not a tensor of text_model, so it has no bare name: write it without bareTower.",
  );
});

it('asks for data when a tensor is written, not before', async () => {
  let asked = 0;
  const data = async () => {
    asked++;
    return Float32Array.of(1, 2, 3, 4, 5, 6);
  };
  const tensors = [...toHuggingFaceTensors([{ name: 'classifier.weight', shape: [3, 2], data }])];
  expect(asked).toBe(0);
  const files = memoryFiles({ 'model.safetensors': await toSafetensorsBytes(tensors) });
  expect(asked).toBe(1);
  const { tensors: read } = await openCheckpoint(files);
  expect(await read.get('classifier.weight')!.read()).toEqual(Float32Array.of(1, 2, 3, 4, 5, 6));
});
