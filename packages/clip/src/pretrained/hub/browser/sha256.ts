// SPDX-License-Identifier: Apache-2.0
/** SHA-256 (FIPS 180-4) of what comes in parts, which the browser's own, crypto.subtle, cannot do. */
import type { Hash } from '../store.js';

const BLOCK = 64;
const [ROUND_CONSTANTS, INITIAL_STATE] = constants();

export class Sha256 implements Hash {
  private readonly state = Uint32Array.from(INITIAL_STATE);
  private readonly schedule = new Uint32Array(64);
  /** The part of a block that waits for the rest. */
  private readonly block = new Uint8Array(BLOCK);
  private waiting = 0;
  private length = 0;

  update(bytes: Uint8Array): void {
    this.length += bytes.length;
    let offset = 0;
    if (this.waiting > 0) {
      offset = Math.min(BLOCK - this.waiting, bytes.length);
      this.block.set(bytes.subarray(0, offset), this.waiting);
      this.waiting += offset;
      if (this.waiting < BLOCK) return;
      this.compress(this.block, 0);
    }
    for (; offset + BLOCK <= bytes.length; offset += BLOCK) this.compress(bytes, offset);
    this.block.set(bytes.subarray(offset));
    this.waiting = bytes.length - offset;
  }

  async digest(): Promise<string> {
    const bits = this.length * 8;
    const padding = new Uint8Array(((BLOCK + 55 - this.waiting) % BLOCK) + 9);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer);
    view.setUint32(padding.length - 8, Math.floor(bits / 2 ** 32));
    view.setUint32(padding.length - 4, bits >>> 0);
    this.update(padding);
    return Array.from(this.state, (word) => word.toString(16).padStart(8, '0')).join('');
  }

  private compress(bytes: Uint8Array, offset: number): void {
    const { schedule: w, state } = this;
    for (let i = 0, at = offset; i < 16; i++, at += 4) {
      w[i] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let i = 16; i < 64; i++) {
      const [x, y] = [w[i - 15], w[i - 2]];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let a = state[0];
    let b = state[1];
    let c = state[2];
    let d = state[3];
    let e = state[4];
    let f = state[5];
    let g = state[6];
    let h = state[7];
    for (let i = 0; i < 64; i++) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND_CONSTANTS[i] + w[i]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g;
      g = f;
      f = e;
      e = (d + t1) | 0;
      d = c;
      c = b;
      b = a;
      a = (t1 + t2) | 0;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
    state[5] += f;
    state[6] += g;
    state[7] += h;
  }
}

/** The first 32 bits of the fractions of the cube roots of the first 64 primes, and of the square roots of the first 8. */
function constants(): [Uint32Array, Uint32Array] {
  const primes: number[] = [];
  for (let n = 2; primes.length < 64; n++) if (primes.every((p) => n % p !== 0)) primes.push(n);
  const fraction = (x: number) => Math.floor((x - Math.floor(x)) * 2 ** 32);
  return [
    Uint32Array.from(primes, (p) => fraction(Math.cbrt(p))),
    Uint32Array.from(primes.slice(0, 8), (p) => fraction(Math.sqrt(p))),
  ];
}
