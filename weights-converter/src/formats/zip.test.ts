// SPDX-License-Identifier: Apache-2.0
import { openSource } from '@tfjs-clip/safetensors';
import { type ZipPart, zipFile } from '../../testing/zipFile.js';
import { dataOffset, readZip } from './zip.js';

async function contentOf(bytes: Uint8Array, name: string): Promise<string> {
  const source = await openSource(bytes, { name: 'file.zip' });
  const entry = (await readZip(source)).get(name)!;
  return new TextDecoder().decode(await source.read(await dataOffset(source, entry), entry.size));
}

const PARTS: ZipPart[] = [
  { name: 'a', data: 'first' },
  { name: 'b/c', data: 'second' },
];

it('finds the bytes of every entry', async () => {
  const file = zipFile([PARTS[0], { name: 'b', data: 'second' }]);
  expect(await contentOf(file, 'a')).toBe('first');
  expect(await contentOf(file, 'b')).toBe('second');
});

it('finds the end record behind a comment, also one that looks like another end record', async () => {
  expect(await contentOf(zipFile(PARTS.slice(0, 1), 'a comment'), 'a')).toBe('first');
  expect(await contentOf(zipFile(PARTS.slice(0, 1), `PK\x05\x06${'x'.repeat(30)}`), 'a')).toBe('first');
});

it('reads the 64-bit fields where those of 32 bits are absent', async () => {
  expect(await contentOf(zip64({}), 'a')).toBe('first');
});

it.each<[string, Uint8Array, string]>([
  ['an archive without an end', zipFile(PARTS).subarray(0, -1), 'its zip archive has no end record'],
  ['an empty file', new Uint8Array(0), 'its zip archive has no end record'],
  [
    'more entries than fit',
    patched(zipFile(PARTS), 10, 2, 500),
    'its zip directory claims 500 entries in 96 bytes',
  ],
  ['a directory cut short', patched(zipFile(PARTS), 12, 4, 92), 'its zip directory is cut short'],
  ['a directory elsewhere', patched(zipFile(PARTS), 16, 4, 3), 'its zip directory is cut short'],
  [
    'a directory outside',
    patched(zipFile(PARTS), 16, 4, 1e6),
    'something of 96 bytes is said to be at byte 1000000, but the file has 193',
  ],
  [
    'an entry elsewhere',
    zipFile([{ ...PARTS[0], claims: { offset: 3 } }]),
    "its zip directory has 'a' where the file has something else",
  ],
  [
    'an entry of another name',
    zipFile([{ name: 'x', data: 'first', claims: { name: 'a' } }]),
    "its zip directory has 'a' where the file has something else",
  ],
  [
    'an entry beyond the end',
    zipFile([{ ...PARTS[0], claims: { offset: 5000 } }]),
    'something of 31 bytes is said to be at byte 5000, but the file has 105',
  ],
  [
    'a 64-bit record of 2^63 entries',
    zip64({ count: 2n ** 63n }),
    'its zip directory claims Infinity entries in 59 bytes',
  ],
  [
    'a 64-bit directory of 2^40 bytes',
    zip64({ size: 2n ** 40n }),
    'its zip directory claims 1 entries in 1099511627776 bytes',
  ],
  [
    'a 64-bit offset beyond the end',
    zip64({ entryOffset: 2n ** 60n }),
    'something of 31 bytes is said to be at byte Infinity, but the file has 193',
  ],
])('refuses %s', async (_what, file, message) => {
  await expect(contentOf(file, 'a')).rejects.toThrow(
    `file.zip cannot be read: ${message}. It is damaged or incomplete; fetch it again.`,
  );
});

it('refuses compressed entries, which may become gigabytes', async () => {
  const message =
    "file.zip is refused: its entry 'a' is compressed; torch stores data.pkl and tensors as they are.";
  for (const claims of [{ method: 8 }, { size: 0x7fffffff }]) {
    await expect(contentOf(zipFile([{ ...PARTS[0], claims }]), 'a')).rejects.toThrow(message);
  }
});

it('refuses two entries of one name', async () => {
  await expect(contentOf(zipFile([PARTS[0], PARTS[0]]), 'a')).rejects.toThrow(
    "file.zip is refused: its zip directory has two entries 'a'.",
  );
});

/** The end record's field at `place` replaced. */
function patched(file: Uint8Array, place: number, width: 2 | 4, value: number): Uint8Array {
  const view = new DataView(file.buffer, file.length - 22 + place);
  if (width === 2) view.setUint16(0, value, true);
  else view.setUint32(0, value, true);
  return file;
}

/** One entry 'a', all of whose sizes and places are in the fields of 64 bits. */
function zip64({ count = 1n, size = 59n, entryOffset = 0n }): Uint8Array {
  const absent = 0xffffffff;
  const plain = zipFile([{ ...PARTS[0], claims: { offset: absent } }]);
  const [local, central] = [plain.subarray(0, 36), plain.slice(36, 83)];
  new DataView(central.buffer).setUint16(30, 12, true);
  const extra = new DataView(new ArrayBuffer(12));
  extra.setUint16(0, 1, true);
  extra.setUint16(2, 8, true);
  extra.setBigUint64(4, entryOffset, true);
  const end64 = new DataView(new ArrayBuffer(56));
  end64.setUint32(0, 0x06064b50, true);
  for (const [i, value] of [count, size, 36n].entries()) end64.setBigUint64(32 + 8 * i, value, true);
  const locator = new DataView(new ArrayBuffer(20));
  locator.setUint32(0, 0x07064b50, true);
  locator.setBigUint64(8, 36n + 59n, true);
  const end = plain.slice(83);
  new DataView(end.buffer).setUint32(16, absent, true);
  const parts = [local, central, new Uint8Array(extra.buffer), new Uint8Array(end64.buffer)];
  return Uint8Array.from([...parts, new Uint8Array(locator.buffer), end].flatMap((part) => [...part]));
}
