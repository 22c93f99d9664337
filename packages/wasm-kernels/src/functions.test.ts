// SPDX-License-Identifier: Apache-2.0
/** Which build an engine gets, told by how it rounds; in memory of one thread and of many. */
import v8 from 'node:v8';
import { compile, instantiate } from './functions.js';

const isNode20 = process.version.startsWith('v20.');
const [TILE, LEFT, RIGHT, OUT] = [0, 1024, 2048, 3072];

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹): 2⁻²⁴ where a product is not rounded before it is added, and else 0. */
function rounded(isShared: boolean): number {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 10, shared: isShared });
  const floats = new Float32Array(memory.buffer);
  const x = 1 + 2 ** -12;
  floats.set([1, x], LEFT / 4);
  floats.set([-(1 + 2 ** -11)], RIGHT / 4);
  floats.set([x], RIGHT / 4 + 8);
  const functions = instantiate(compile(isShared), memory);
  functions.useTile(TILE);
  functions.product(1, 2, 1, LEFT, 2, RIGHT, OUT, 1, 0, 0, 0);
  return floats[OUT / 4];
}

describe.each([
  ['one thread', false],
  ['many threads', true],
])('in memory of %s', (_, isShared) => {
  (isNode20 ? it : it.skip)('multiplies, then adds, where relaxed SIMD is unknown', () => {
    expect(rounded(isShared)).toBe(0);
  });

  it('does both at once where it is known', () => {
    if (isNode20) v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
    try {
      expect(rounded(isShared)).toBe(2 ** -24);
    } finally {
      if (isNode20) v8.setFlagsFromString('--no-experimental-wasm-relaxed-simd');
    }
  });
});
