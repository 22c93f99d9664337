// SPDX-License-Identifier: Apache-2.0
import { permutation, randomFor } from './random.js';

const draw = (count: number, ...keys: [number, ...(string | number)[]]) =>
  Array.from({ length: count }, randomFor(...keys));

it('gives the same numbers for the same seed and keys, others for others', () => {
  expect(draw(5, 1, 'caption', 3, 'a.jpg')).toEqual(draw(5, 1, 'caption', 3, 'a.jpg'));
  const first = [
    draw(1, 1, 'a'),
    draw(1, 2, 'a'),
    draw(1, 1, 'b'),
    draw(1, 1, 'a', 0),
    draw(1, 1, 1, 2),
    draw(1, 1, 12),
  ];
  expect(new Set(first.flat()).size).toBe(first.length);
});

it('is uniform: within four standard deviations in each tenth', () => {
  const counts = new Array(10).fill(0);
  for (let key = 0; key < 10_000; key++) counts[Math.floor(randomFor(7, key)() * 10)]++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(900));
});

it('permutes: every number once, each place equally likely', () => {
  expect([...permutation(100, randomFor(1))].sort((a, b) => a - b)).toEqual(
    Array.from({ length: 100 }, (_, i) => i),
  );
  const first = new Array(5).fill(0);
  for (let key = 0; key < 5000; key++) first[permutation(5, randomFor(3, key))[0]]++;
  for (const count of first) expect(Math.abs(count - 1000)).toBeLessThan(4 * Math.sqrt(800));
});
