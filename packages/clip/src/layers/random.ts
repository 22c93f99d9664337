// SPDX-License-Identifier: Apache-2.0
/** Seeded random numbers, fast enough for a hundred million weights. */

export type Random = () => number;

/** sfc32 (PractRand's small fast counter): uniform in [0, 1), the same sequence for the same seed everywhere. */
export function seededRandom(seed: number): Random {
  let [a, b, c, counter] = [0x9e3779b9, 0x243f6a88, seed | 0, 1];
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** Normal numbers of the given standard deviation, drawn again beyond two of them, as Keras' TruncatedNormal. */
export function truncatedNormal(size: number, stddev: number, random: Random): Float32Array {
  const values = new Float32Array(size);
  for (let i = 0; i < size; ) {
    const radius = Math.sqrt(-2 * Math.log(1 - random())); // Box–Muller: two independent normals
    const angle = 2 * Math.PI * random();
    const [first, second] = [radius * Math.cos(angle), radius * Math.sin(angle)];
    if (Math.abs(first) <= 2) values[i++] = first * stddev;
    if (Math.abs(second) <= 2 && i < size) values[i++] = second * stddev;
  }
  return values;
}
