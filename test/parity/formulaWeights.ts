// SPDX-License-Identifier: Apache-2.0
/** Weights of any size from a formula that test/python/make_full_size.py has too, bit for bit. */

/** In jest a global such as Math is looked up slowly, and there are 151 million weights to make. */
const { imul } = Math;

/** A weight of this name in our layout, at a scale that keeps the activations of order one. */
export function formulaWeight(name: string, shape: readonly number[]): Float32Array {
  if (name === 'logit_scale') return Float32Array.of(2.6592);
  const isEmbedding = name.includes('embedding') && !name.includes('patch');
  const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1);
  const [seed, size] = [crc32(name), product(shape)];
  if (name.includes('norm') && name.endsWith('weight')) return uniform(seed, size, 0.1, 1, 1);
  if (name.endsWith('bias')) return uniform(seed, size, 0.1);
  if (isEmbedding) return uniform(seed, size, 0.5);
  return uniform(seed, size, 1.5, Math.sqrt(product(shape.slice(0, -1))));
}

/** Numbers in (-1, 1) from a 32-bit integer hash of the index and the seed, its upper 24 bits; times, divided by and plus. */
export function uniform(seed: number, size: number, times = 1, by = 1, plus = 0): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; i++) {
    let x = (i + seed) | 0;
    x = imul(x ^ (x >>> 16), 0x7feb352d);
    x = imul(x ^ (x >>> 15), 0x846ca68b);
    x ^= x >>> 16;
    values[i] = plus + (((x >>> 8) / 8388608 - 1) * times) / by;
  }
  return values;
}

function crc32(text: string): number {
  let crc = -1;
  for (const character of text) {
    crc ^= character.charCodeAt(0);
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc;
}
