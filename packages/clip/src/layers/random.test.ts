// SPDX-License-Identifier: Apache-2.0
import { seededRandom, truncatedNormal } from './random.js';

describe('seededRandom', () => {
  it('is the same everywhere: sfc32, by its definition in unsigned 32-bit integers', () => {
    const random = seededRandom(5);
    const reference = sfc32(5n);
    for (let i = 0; i < 100; i++) expect(random()).toBe(reference());
  });

  it('is uniform in [0, 1)', () => {
    const random = seededRandom(0);
    const counts = new Array(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(random() * 10)] += 1;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500); // five standard deviations
  });

  it('differs by seed', () => {
    const firsts = Array.from({ length: 100 }, (_, seed) => seededRandom(seed)());
    expect(new Set(firsts).size).toBe(100);
  });
});

describe('truncatedNormal', () => {
  it.each([0, 1, 2, 7])('gives %i numbers', (size) => {
    expect(truncatedNormal(size, 1, seededRandom(0)).length).toBe(size);
  });

  it('has the quantiles of a normal distribution cut at two standard deviations', () => {
    const values = truncatedNormal(100_000, 0.5, seededRandom(1));
    const below = (x: number) => values.filter((value) => value < x).length / values.length;
    expect(below(-1)).toBe(0);
    expect(below(1.0000001)).toBe(1);
    // (Φ(x / 0.5) − Φ(−2)) / (Φ(2) − Φ(−2)), Φ from a table
    for (const [x, share] of [
      [-0.5, 0.14238],
      [0, 0.5],
      [0.25, 0.7006],
      [0.5, 0.85762],
    ]) {
      expect(Math.abs(below(x) - share)).toBeLessThan(0.008);
    }
  });

  it('of no spread is zero', () => {
    expect([...truncatedNormal(3, 0, seededRandom(0))].map(Math.abs)).toEqual([0, 0, 0]);
  });
});

/** PractRand's sfc32 with its counter at 1 and twelve rounds to begin with. */
function sfc32(seed: bigint): () => number {
  const word = (x: bigint) => x & 0xffffffffn;
  let [a, b, c, counter] = [0x9e3779b9n, 0x243f6a88n, seed, 1n];
  const next = () => {
    const t = word(a + b + counter++);
    a = b ^ (b >> 9n);
    b = word(c + (c << 3n));
    c = word(word((c << 21n) | (c >> 11n)) + t);
    return Number(t) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}
