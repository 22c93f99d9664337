// SPDX-License-Identifier: Apache-2.0

/** Bytes from a formula that test/python/make_pixels.py has too. */
export function noise(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => {
    let x = Math.imul(i, 2654435761);
    x = Math.imul(x ^ (x >>> 15), 2246822519);
    return (x ^ (x >>> 13)) & 255;
  });
}
