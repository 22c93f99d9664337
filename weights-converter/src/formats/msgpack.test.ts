// SPDX-License-Identifier: Apache-2.0
import { openSource } from '@tfjs-clip/safetensors';
import { valuesOf } from '../../testing/rawTensors.js';
import { BrokenCheckpointError } from '../errors.js';
import { msgpackFormat } from './msgpack.js';

type Part = number | string | Uint8Array | number[];

function bytes(...parts: Part[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) => {
      if (typeof part === 'number') return [part];
      return typeof part === 'string' ? [0xa0 + part.length, ...Buffer.from(part)] : [...part];
    }),
  );
}

/** An extension of type 1: an array of shape, type's name, bytes. */
function array(shape: number[], type: string, data: number[], type1 = 1): Uint8Array {
  const content = bytes(0x93, 0x90 + shape.length, shape, type, 0xc4, data.length, data);
  return bytes(0xc7, content.length, type1, content);
}

async function open(file: Uint8Array) {
  return msgpackFormat.open(await openSource(file, { name: 'file.msgpack' }));
}

async function read(file: Uint8Array) {
  const { tensors } = await open(file);
  return Promise.all(
    tensors.map(async (tensor) => [tensor.name, tensor.dtype, tensor.shape, await valuesOf(tensor)]),
  );
}

it('nested dicts are paths; what is no array is left', async () => {
  const file = bytes(
    0x83,
    'a',
    0x82,
    'b',
    array([2], 'int8', [1, 255]),
    'c',
    array([], 'bfloat16', [0xc0, 0x3f]),
    'step',
    0xcd,
    [1, 0],
    'more',
    0x93,
    0xc0,
    0xca,
    [0, 0, 0, 0],
    'text',
  ); // prettier-ignore
  expect(await read(file)).toEqual([
    ['a/b', 'I8', [2], Float32Array.of(1, -1)],
    ['a/c', 'BF16', [], Float32Array.of(1.5)],
  ]);
});

const CHUNKED = '__msgpack_chunked_array__';
const chunked = (shape: number[], ...chunks: Uint8Array[]) => {
  const list = (values: Part[]) =>
    bytes(0x80 + values.length, ...values.flatMap((value, i) => [String(i), value]));
  return bytes(0x81, 'a', 0x83, CHUNKED, 0xc3, 'shape', list(shape), 'chunks', list(chunks));
};

it('chunks are one tensor, of which a part can be read', async () => {
  const file = chunked(
    [2, 3],
    array([2], 'uint8', [1, 2]),
    array([3], 'uint8', [3, 4, 5]),
    array([1], 'uint8', [6]),
  );
  expect(await read(file)).toEqual([['a', 'U8', [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)]]);
  const [tensor] = (await open(file)).tensors;
  expect(await valuesOf(tensor, 1, 5)).toEqual(Float32Array.of(2, 3, 4, 5));
});

it.each<[string, Uint8Array, string]>([
  ['what is no map', bytes(0x91, 0xc0), 'it is no msgpack map of weights'],
  ['bytes after the end', bytes(0x81, 'a', 0xc0, 0xc0), 'it is no msgpack map of weights'],
  [
    'a map of 2^32 - 1 members',
    bytes(0xdf, [255, 255, 255, 255]),
    'something of 1 bytes is said to be at byte 5, but the file has 5',
  ],
  [
    'a list of 2^32 - 1 members',
    bytes(0x81, 'a', 0xdd, [255, 255, 255, 255]),
    'something of 1 bytes is said to be at byte 8, but the file has 8',
  ],
  [
    'bytes of 2^32 - 1',
    bytes(0x81, 'a', 0xc6, [255, 255, 255, 255]),
    'something of 4294967295 bytes is said to be at byte 8, but the file has 8',
  ],
  [
    'an extension of 2^32 - 1 bytes',
    bytes(0x81, 'a', 0xc9, [255, 255, 255, 255], 1),
    'something of 4294967295 bytes is said to be at byte 9, but the file has 9',
  ],
  [
    'a name of 2000 bytes',
    bytes(0x81, 0xda, [7, 208], new Uint8Array(2000), 0xc0),
    'it has a name of 2000 bytes',
  ],
  ['a name that is no text', bytes(0x81, 7, 0xc0), 'it has a number where a text belongs'],
  ['a name twice', bytes(0x82, 'a', 0xc0, 'a', 0xc0), "it has 'a' twice"],
  ['a byte of no meaning', bytes(0x81, 'a', 0xc1), 'it has a byte that is not msgpack'],
  [
    'lists in lists',
    bytes(0x81, 'a', new Uint8Array(100_000).fill(0x91), 0xc0),
    'it nests too deep, or is too large',
  ],
  [
    'two million values',
    bytes(0x81, 'a', 0xdd, [0, 30, 132, 128], new Uint8Array(2_000_000)),
    'it nests too deep, or is too large',
  ],
  [
    'an array of too few bytes',
    bytes(0x81, 'a', array([3], 'int8', [1, 2])),
    'an array of shape [3] and type int8 is said to have 2 bytes',
  ],
  [
    'an array of 2^53 elements',
    bytes(0x81, 'a', array([127, 127, 127, 127, 127, 127, 127, 127], 'int8', [1])),
    'an array of shape [127,127,127,127,127,127,127,127] and type int8 is said to have 1 bytes',
  ],
  [
    'an array of nine dimensions',
    bytes(0x81, 'a', array([1, 1, 1, 1, 1, 1, 1, 1, 1], 'int8', [1])),
    'an array of it has 9 dimensions',
  ],
  ['a negative size', bytes(0x81, 'a', array([0xff], 'int8', [])), 'it has a number where a number belongs'],
  [
    'an array that is no triple',
    bytes(0x81, 'a', 0xd4, 1, 0x92),
    'an array of it is not shape, type and bytes',
  ],
  [
    'chunks that are too few',
    chunked([4], array([3], 'int8', [1, 2, 3])),
    "the chunks of 'a' are not its whole",
  ],
  [
    'chunks of two types',
    chunked([2], array([1], 'int8', [1]), array([1], 'uint8', [1])),
    "the chunks of 'a' are not its whole",
  ],
  ['chunks that are none', chunked([2]), "the chunks of 'a' are not its whole"],
])('refuses %s', async (_what, file, message) => {
  await expect(open(file)).rejects.toThrow(new BrokenCheckpointError('file.msgpack', message));
});

it('refuses numbers of a type that no tensor has', async () => {
  await expect(open(bytes(0x81, 'a', array([1], 'complex64', [0, 0, 0, 0, 0, 0, 0, 0])))).rejects.toThrow(
    "file.msgpack holds numbers of the type 'complex64'; readable are float16, bfloat16, float32, float64, " +
      'bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64.',
  );
});
