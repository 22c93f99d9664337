// SPDX-License-Identifier: Apache-2.0
import { openSource } from '@tfjs-clip/safetensors';
import { fixtureFile } from '../../testing/fixtures.js';
import { integer, type PicklePart, pickle, tensor, text } from '../../testing/pickles.js';
import { valuesOf } from '../../testing/rawTensors.js';
import { type ZipPart, zipFile } from '../../testing/zipFile.js';
import type { RawCheckpoint } from '../checkpoint.js';
import { pytorchFormat } from './pytorch.js';
import { safetensorsFormat } from './safetensors.js';

const FLOATS = new Uint8Array(Float32Array.of(1, 2, 3, 4).buffer);

async function open(bytes: Uint8Array, name = 'file.bin'): Promise<RawCheckpoint> {
  return pytorchFormat.open(await openSource(bytes, { name }));
}

/** An archive of one dict, and a storage of four floats. */
function archive(dict: PicklePart[], more: ZipPart[] = []): Uint8Array {
  const data = pickle('}', ...dict, '.');
  return zipFile([{ name: 'a/data.pkl', data }, { name: 'a/data/0', data: FLOATS }, ...more]);
}

async function contentOf(checkpoint: RawCheckpoint) {
  const values = checkpoint.tensors.map(async (tensor) => [
    tensor.name,
    [tensor.shape, await valuesOf(tensor)],
  ]);
  return Object.fromEntries(await Promise.all(values));
}

it.each(['views.pt', 'protocol-4.pt'])(
  '%s: views, types and shared storages as torch wrote them',
  async (file) => {
    const source = await openSource(fixtureFile('odd', 'views.safetensors'));
    const expected = await contentOf(await safetensorsFormat.open(source));
    const checkpoint = await open(fixtureFile('odd', file));
    expect(await contentOf(checkpoint)).toEqual(expected);
    const dtypes = checkpoint.tensors.map(({ name, dtype }) => [name, dtype]);
    expect(Object.fromEntries(dtypes)).toMatchObject({
      whole: 'F32',
      scalar: 'F64',
      integers: 'I64',
      bfloat16: 'BF16',
      flags: 'BOOL',
    });
  },
);

it('reads a part of a tensor, of a view too', async () => {
  const { tensors } = await open(fixtureFile('odd', 'views.pt'));
  const part = (name: string) => valuesOf(tensors.find((tensor) => tensor.name === name)!, 2, 5);
  expect(await part('whole')).toEqual(Float32Array.of(2, 3, 4));
  expect(await part('transposed')).toEqual(Float32Array.of(8, 1, 5));
});

it.each([
  [
    'legacy.pt',
    'legacy.pt was written by torch before 1.6, without a zip archive around it. Save it anew in Python: ' +
      'torch.save(torch.load(file, weights_only=True), file).',
  ],
  [
    'module.pt',
    'module.pt is refused: its pickle asks Python for torch.nn.modules.linear.Linear, which no saved weights need.',
  ],
  [
    'broadcast.pt',
    'broadcast.pt cannot be read: a tensor of shape [1000] reaches beyond its storage of 1. ' +
      'It is damaged or incomplete; fetch it again.',
  ],
])('refuses %s', async (file, message) => {
  await expect(open(fixtureFile('odd', file), file)).rejects.toThrow(message);
});

it('finds the state dict that a training loop saved, and drops the prefix of its parallel wrapper', async () => {
  const inner = ['}', text('module.a'), ...tensor({}, [4], [1]), 's', text('module.n'), integer(3), 's'];
  const checkpoint = await open(archive([text('epoch'), integer(3), 's', text('state_dict'), ...inner, 's']));
  expect(await contentOf(checkpoint)).toEqual({ a: [[4], Float32Array.of(1, 2, 3, 4)] });
});

const TENSOR = tensor({}, [4], [1]);

it.each<[string, PicklePart[], string]>([
  ['beyond its storage', tensor({}, [5], [1]), 'a tensor of shape [5] reaches beyond its storage of 4'],
  [
    'from beyond its storage',
    tensor({ offset: 4 }, [1], [1]),
    'a tensor of shape [1] reaches beyond its storage of 4',
  ],
  [
    'with long strides',
    tensor({}, [2, 2], [3, 1]),
    'a tensor of shape [2,2] reaches beyond its storage of 4',
  ],
  [
    'that repeats an element',
    tensor({}, [1e9], [0]),
    'a tensor of shape [1000000000] reaches beyond its storage of 4',
  ],
  [
    'whose size overflows',
    tensor({}, [2 ** 30, 2 ** 30], [0, 0]),
    'a tensor of shape [1073741824,1073741824] reaches beyond its storage of 4',
  ],
  ['of a negative size', tensor({}, [0xffffffff], [1]), 'its pickle makes a tensor of something else'],
  [
    'of nine dimensions',
    tensor({}, Array(9).fill(1), Array(9).fill(1)),
    'its pickle makes a tensor of something else',
  ],
  ['with too few strides', tensor({}, [2, 2], [1]), 'its pickle makes a tensor of something else'],
  [
    'of no storage',
    ['ctorch._utils\n_rebuild_tensor_v2\n', ')', 'R'],
    'its pickle makes a tensor of something else',
  ],
  ['whose record is absent', tensor({ key: '1' }, [4], [1]), "it has not the 16 bytes of tensor 'a'"],
  ['whose record is outside', tensor({ key: '../0' }, [4], [1]), "it has not the 16 bytes of tensor 'a'"],
  ['whose record is too small', tensor({ size: 5 }, [4], [1]), "it has not the 20 bytes of tensor 'a'"],
  [
    'in a parameter that is none',
    ['ctorch._utils\n_rebuild_parameter\n', 'N', 0x85, 'R'],
    'its pickle makes a parameter of something else',
  ],
])('refuses a tensor %s', async (_what, value, message) => {
  const opening = open(archive([text('a'), ...value, 's']));
  await expect(opening).rejects.toThrow(
    `file.bin cannot be read: ${message}. It is damaged or incomplete; fetch it again.`,
  );
});

it.each<[string, PicklePart[], string]>([
  [
    'a storage of another type',
    tensor({ type: 'ComplexFloatStorage' }, [4], [1]),
    'asks Python for torch.ComplexFloatStorage, which no saved weights need',
  ],
  ['a persistent id of another kind', ['N', 'Q'], 'refers to something that is no storage of a tensor'],
  [
    'an OrderedDict of something',
    ['ccollections\nOrderedDict\n', ']', 0x85, 'R'],
    'makes an OrderedDict of something',
  ],
  [
    'a compiled class outside TorchScript',
    ['c__torch__\nPart\n', ')', 0x81],
    'asks Python for __torch__.Part, which no saved weights need',
  ],
])('refuses %s', async (_what, value, message) => {
  const opening = open(archive([text('a'), ...value, 's']));
  await expect(opening).rejects.toThrow(`file.bin is refused: its pickle ${message}.`);
});

describe('TorchScript', () => {
  const CONSTANTS = { name: 'a/constants.pkl', data: pickle(').') };
  const MODULE: PicklePart[] = ['c__torch__.m\nPart\n', ')', 0x81];
  const script = (...parts: PicklePart[]) =>
    zipFile([{ name: 'a/data.pkl', data: pickle(...parts) }, { name: 'a/data/0', data: FLOATS }, CONSTANTS]);

  it('modules within modules are names with dots', async () => {
    const inner = [...MODULE, '}', text('weight'), ...TENSOR, 's', text('training'), 0x89, 's', 'b'];
    const checkpoint = await open(script(...MODULE, '}', text('visual'), ...inner, 's', 'b.'));
    expect(await contentOf(checkpoint)).toEqual({ 'visual.weight': [[4], Float32Array.of(1, 2, 3, 4)] });
  });

  it('a module that holds itself is refused', async () => {
    const circle = script(...MODULE, 'q', 0, '}', text('me'), 'h', 0, 's', 'b.');
    await expect(open(circle)).rejects.toThrow(
      'file.bin is refused: its modules nest too deep, or are too many.',
    );
  });

  it('modules that stand twice in each level are refused before they are counted out', async () => {
    // In the memo, level i + 1 is a module that holds level i as `a` and as `b`.
    const levels = Array.from({ length: 30 }, (_, i) => {
      const twice = ['}', text('a'), 'h', i, 's', text('b'), 'h', i, 's'];
      return [...MODULE, ...twice, 'b', 'q', i + 1];
    });
    const made = ['(', ...MODULE, '}', 'b', 'q', 0, ...levels.flat(), 't'];
    const root = [...MODULE, '}', text('made'), ...made, 's', text('top'), 'h', 30, 's', 'b.'];
    await expect(open(script(...root))).rejects.toThrow(
      'file.bin is refused: its modules nest too deep, or are too many.',
    );
  });
});

it('a pickle without tensors is no state dict', async () => {
  await expect(open(archive([text('a'), 'N', 's']))).rejects.toThrow(
    'file.bin holds no state dict: its pickle has no tensors by name.',
  );
});

it('refuses big-endian numbers', async () => {
  const file = archive([text('a'), ...TENSOR, 's'], [{ name: 'a/byteorder', data: 'big' }]);
  await expect(open(file)).rejects.toThrow(
    "file.bin has its numbers in 'big' byte order; save it anew on a little-endian machine.",
  );
});
