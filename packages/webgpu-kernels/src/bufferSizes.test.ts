// SPDX-License-Identifier: Apache-2.0
import { roundedUp } from './bufferSizes.js';

it('is never less, and above 1 KiB less than a quarter more', () => {
  for (let bytes = 4; bytes < 2 ** 20; bytes += 1172) {
    const rounded = roundedUp(bytes);
    expect(rounded).toBeGreaterThanOrEqual(bytes);
    expect(rounded - bytes).toBeLessThan(Math.max(256, bytes / 4));
    expect(roundedUp(rounded)).toBe(rounded);
  }
});

it('has four sizes between a power of two and the next', () => {
  const sizes = new Set(Array.from({ length: 4096 }, (_, i) => roundedUp(4096 + i + 1)));
  expect([...sizes]).toEqual([5120, 6144, 7168, 8192]);
});
