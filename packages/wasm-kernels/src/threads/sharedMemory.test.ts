// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import { isShared, withSharedMemory } from './sharedMemory.js';

const file = require.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm');

/** A module with a memory of one page, which it exports as `m`, and what its limits are. */
function moduleWith(limits: number[]): Uint8Array<ArrayBuffer> {
  const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  return Uint8Array.of(...header, 5, limits.length + 1, 1, ...limits, 7, 5, 1, 1, 0x6d, 2, 0);
}

describe('withSharedMemory', () => {
  it('changes one byte of tfjs’s module, and leaves the given one alone', async () => {
    const module = new Uint8Array(await readFile(file));
    const before = module.slice();
    const shared = withSharedMemory(module);
    expect(module).toEqual(before);
    const changed = [...shared.keys()].filter((place) => shared[place] !== module[place]);
    expect(changed).toHaveLength(1);
    expect(await WebAssembly.compile(shared)).toBeDefined();
  });

  it('gives memory that other threads can see', async () => {
    const { instance } = await WebAssembly.instantiate(withSharedMemory(moduleWith([1, 1, 2])));
    const { buffer } = instance.exports.m as WebAssembly.Memory;
    expect(isShared(buffer)).toBe(true);
    expect(buffer.byteLength).toBe(65536);
    expect(isShared(new WebAssembly.Memory({ initial: 1 }).buffer)).toBe(false);
  });

  it.each([
    ['without a maximum', moduleWith([0, 1])],
    ['shared already', moduleWith([3, 1, 2])],
    ['of no section', Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)],
    ['cut short', moduleWith([1, 1, 2]).slice(0, 10)],
    ['of no bytes', new Uint8Array()],
  ])('refuses a module %s', (_, module) => {
    expect(() => withSharedMemory(module)).toThrow(
      'The module has no memory of its own with a maximum, so it cannot be shared.',
    );
  });
});
