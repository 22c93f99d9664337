// SPDX-License-Identifier: Apache-2.0
/**
 * Random numbers that depend on what they are for and on nothing before: a run that is taken up in the middle makes the
 * same choices as one that never stopped, in whatever order and thread they are made.
 */

export type Random = () => number;

/**
 * Uniform numbers in [0, 1), the same for the same seed and keys everywhere.
 *
 * @param keys what is chosen, such as `'caption', epoch, record.key`
 */
export function randomFor(seed: number, ...keys: readonly (string | number)[]): Random {
  return sfc32(...hash128(JSON.stringify([seed, ...keys])));
}

/** 0 … count − 1 in random order. Fisher–Yates. */
export function permutation(count: number, random: Random): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let last = count - 1; last > 0; last--) {
    const chosen = Math.floor(random() * (last + 1));
    [order[last], order[chosen]] = [order[chosen], order[last]];
  }
  return order;
}

/** cyrb128: four lanes of multiply and xor over the text. */
function hash128(text: string): [number, number, number, number] {
  let [a, b, c, d] = [1779033703, 3144134277, 1013904242, 2773480762];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ code, 597399067);
    b = c ^ Math.imul(b ^ code, 2869860233);
    c = d ^ Math.imul(c ^ code, 951274213);
    d = a ^ Math.imul(d ^ code, 2716044179);
  }
  a = Math.imul(c ^ (a >>> 18), 597399067);
  b = Math.imul(d ^ (b >>> 22), 2869860233);
  c = Math.imul(a ^ (c >>> 17), 951274213);
  d = Math.imul(b ^ (d >>> 19), 2716044179);
  return [a ^ b ^ c ^ d, b ^ a, c ^ a, d ^ a];
}

/** PractRand's small fast counter. */
function sfc32(a: number, b: number, c: number, d: number): Random {
  return () => {
    const t = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 4294967296;
  };
}
