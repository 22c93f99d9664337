// SPDX-License-Identifier: Apache-2.0
import { openSource } from '@tfjs-clip/safetensors';
import { fixtureFile } from '../../testing/fixtures.js';
import { valuesOf } from '../../testing/rawTensors.js';
import { BrokenCheckpointError } from '../errors.js';
import { hdf5Format } from './hdf5.js';

async function open(bytes: Uint8Array, name = 'file.h5') {
  return hdf5Format.open(await openSource(bytes, { name }));
}

it('reads the types that weights come in, as h5py wrote them', async () => {
  const { tensors } = await open(fixtureFile('odd', 'types.h5'));
  const dtypes = tensors.map(({ name, dtype }) => [name, dtype]);
  expect(Object.fromEntries(dtypes)).toEqual({
    'group/f2': 'F16',
    'group/f4': 'F32',
    'group/f8': 'F64',
    'group/i1': 'I8',
    'group/i2': 'I16',
    'group/i4': 'I32',
    'group/i8': 'I64',
    'group/u1': 'U8',
    scalar: 'F64',
    empty: 'F32',
  });
  for (const tensor of tensors) {
    const { name, shape } = tensor;
    if (!name.startsWith('group/')) continue;
    expect([name, shape, await valuesOf(tensor)]).toEqual([
      name,
      [3, 4],
      Float32Array.from({ length: 12 }, (_, i) => i),
    ]);
  }
  const byName = Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor]));
  expect([byName.scalar.shape, await valuesOf(byName.scalar)]).toEqual([[], Float32Array.of(0.5)]);
  expect([byName.empty.shape, await valuesOf(byName.empty)]).toEqual([[0, 4], new Float32Array(0)]);
  expect(await valuesOf(byName['group/f2'], 5, 7)).toEqual(Float32Array.of(5, 6));
});

it.each([
  ['compressed.h5', "'matrix' is compressed"],
  ['chunked.h5', "'matrix' lies in chunks"],
  ['big-endian.h5', "'matrix' holds neither integers nor floats of a usual width and byte order"],
  ['latest.h5', 'its superblock is of version 3'],
  ['link.h5', "'link' is a symbolic link"],
])('refuses %s, which Keras does not write', async (file, what) => {
  await expect(open(fixtureFile('odd', file), file)).rejects.toThrow(
    `${file} is an HDF5 file as Keras does not write it: ${what}. ` +
      'Write the weights with save_weights or h5py, without compression and with libver left as it is.',
  );
});

it('refuses a file that links in a circle', async () => {
  await expect(open(fixtureFile('odd', 'circle.h5'))).rejects.toThrow(
    "file.h5 cannot be read: 'group/again' is a link to an object that has another name. " +
      'It is damaged or incomplete; fetch it again.',
  );
});

describe('a file of which one field lies', () => {
  const types = () => fixtureFile('odd', 'types.h5');

  it('a tree whose child is itself', async () => {
    const file = types();
    const tree = indexOf(file, 'TREE');
    setUint64(file, tree + 32, tree);
    file[tree + 5] = 1;
    await expectBroken(file, 'its tree of members is a circle');
  });

  it('a heap of 2^40 bytes', async () => {
    const file = types();
    setUint64(file, indexOf(file, 'HEAP') + 8, 2 ** 40);
    await expectBroken(file, 'its names are said to take 1099511627776 bytes');
  });

  it('a symbol table of 65535 members', async () => {
    const file = types();
    file.fill(0xff, indexOf(file, 'SNOD') + 6, indexOf(file, 'SNOD') + 8);
    await expect(open(file)).rejects.toThrow(BrokenCheckpointError);
  });

  it('a root outside the file', async () => {
    const file = types();
    setUint64(file, 64, 2 ** 50);
    await expectBroken(
      file,
      'something of 16 bytes is said to be at byte 1125899906842624, but the file has 6928',
    );
  });
});

it('every file that is cut short is refused', async () => {
  const whole = fixtureFile('odd', 'types.h5');
  for (let length = 0; length < whole.length; length += 97) {
    await expect(open(whole.slice(0, length))).rejects.toThrow(BrokenCheckpointError);
  }
});

it('a thousand groups that all point to ten million bytes of names are refused', async () => {
  await expectBroken(groupsSharingNames(1000, 10_000_000), 'its names are said to take 70000000 bytes');
});

/** A root whose members are empty groups, all with one heap. */
function groupsSharingNames(count: number, heapSize: number): Uint8Array {
  const [root, tree, empty, heap, groups] = [96, 136, 176, 200, 240];
  const symbols = groups + 40 * count;
  const names = symbols + 8 + 40 * count;
  const file = new Uint8Array(names + heapSize);
  const view = new DataView(file.buffer);
  const put = (at: number, ...values: number[]) => {
    for (const [i, value] of values.entries()) view.setBigUint64(at + 8 * i, BigInt(value), true);
  };
  const sign = (at: number, signature: string) => file.set(new TextEncoder().encode(signature), at);
  const group = (at: number, members: number) => {
    view.setUint8(at, 1);
    view.setUint32(at + 8, 24, true);
    view.setUint16(at + 16, 17, true);
    view.setUint16(at + 18, 16, true);
    put(at + 24, members, heap);
  };
  file.set([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  file.fill(8, 13, 15);
  put(64, root);
  group(root, tree);
  for (const at of [tree, empty]) sign(at, 'TREE');
  view.setUint16(tree + 6, 1, true);
  put(tree + 32, symbols);
  sign(heap, 'HEAP');
  put(heap + 8, heapSize, 0, names);
  sign(symbols, 'SNOD');
  view.setUint16(symbols + 6, count, true);
  for (let i = 0; i < count; i++) {
    group(groups + 40 * i, empty);
    put(symbols + 8 + 40 * i, i, groups + 40 * i);
  }
  return file;
}

async function expectBroken(file: Uint8Array, what: string) {
  await expect(open(file)).rejects.toThrow(
    `file.h5 cannot be read: ${what}. It is damaged or incomplete; fetch it again.`,
  );
}

function indexOf(file: Uint8Array, signature: string): number {
  return Buffer.from(file).indexOf(signature);
}

function setUint64(file: Uint8Array, offset: number, value: number): void {
  new DataView(file.buffer, file.byteOffset).setBigUint64(offset, BigInt(value), true);
}
