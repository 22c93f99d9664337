// SPDX-License-Identifier: Apache-2.0
import { openSource } from '@tfjs-clip/safetensors';
import { fixtureFile } from '../../testing/fixtures.js';
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
  for (const { name, shape, read } of tensors) {
    if (!name.startsWith('group/')) continue;
    expect([name, shape, await read()]).toEqual([
      name,
      [3, 4],
      Float32Array.from({ length: 12 }, (_, i) => i),
    ]);
  }
  const byName = Object.fromEntries(tensors.map((tensor) => [tensor.name, tensor]));
  expect([byName.scalar.shape, await byName.scalar.read()]).toEqual([[], Float32Array.of(0.5)]);
  expect([byName.empty.shape, await byName.empty.read()]).toEqual([[0, 4], new Float32Array(0)]);
  expect(await byName['group/f2'].read({ begin: 5, end: 7 })).toEqual(Float32Array.of(5, 6));
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
    await expectBroken(file, "a group's names are said to take 1099511627776 bytes");
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
