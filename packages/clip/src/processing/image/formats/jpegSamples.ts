// SPDX-License-Identifier: Apache-2.0
/**
 * From a component's coefficients to samples of the picture's size, with libjpeg's arithmetic: the accurate integer
 * inverse DCT (jidctint.c) and triangle-filter upsampling (jdsample.c).
 */
import type { Component, Frame } from './jpegFrame.js';

interface Plane {
  data: Uint8Array;
  width: number;
  height: number;
}

/** Place in an 8 × 8 block, row by row, of each coefficient in zigzag order. */
const ZIGZAG = zigzag();

const CONST_BITS = 13;
const PASS1_BITS = 2;
const scaled = (value: number) => Math.round(value * (1 << CONST_BITS));
const [F0_298, F0_390, F0_541, F0_765, F0_899, F1_175] = [
  0.298631336, 0.390180644, 0.5411961, 0.765366865, 0.899976223, 1.175875602,
].map(scaled);
const [F1_501, F1_847, F1_961, F2_053, F2_562, F3_072] = [
  1.50132111, 1.847759065, 1.96157056, 2.053119869, 2.562915447, 3.072711026,
].map(scaled);

/** One byte a pixel of the picture. */
export function componentSamples(component: Component, quantization: Uint16Array, frame: Frame): Uint8Array {
  const { width, height, maxH, maxV } = frame;
  let plane = inverseTransform(component, quantization);
  const across = maxH / component.h;
  const down = maxV / component.v;
  const isSmooth = component.width > 2;
  if (across === 2 && down === 2 && isSmooth) plane = smoothBoth(plane);
  else if (across === 2 && down === 1 && isSmooth) plane = smoothAcross(plane);
  else if (across === 1 && down === 2) plane = smoothDown(plane);
  else plane = repeat(plane, across, down);
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    out.set(plane.data.subarray(y * plane.width, y * plane.width + width), y * width);
  }
  return out;
}

function inverseTransform(component: Component, quantization: Uint16Array): Plane {
  const { width, height, stride, blocksAcross, blocksDown, coefficients } = component;
  const data = new Uint8Array(width * height);
  const block = new Int32Array(64);
  for (let by = 0; by < blocksDown; by++) {
    for (let bx = 0; bx < blocksAcross; bx++) {
      const at = (by * stride + bx) * 64;
      for (let k = 0; k < 64; k++) block[ZIGZAG[k]] = coefficients[at + k] * quantization[k];
      for (let column = 0; column < 8; column++) transform(block, column, 8, CONST_BITS - PASS1_BITS);
      for (let row = 0; row < 8; row++) transform(block, row * 8, 1, CONST_BITS + PASS1_BITS + 3);
      for (let y = 0; y < 8 && by * 8 + y < height; y++) {
        for (let x = 0; x < 8 && bx * 8 + x < width; x++) {
          data[(by * 8 + y) * width + bx * 8 + x] = Math.max(0, Math.min(255, block[y * 8 + x] + 128));
        }
      }
    }
  }
  return { data, width, height };
}

/** Eight values in place, `step` apart, divided by 2 ** shift and rounded (Loeffler, Ligtenberg and Moschytz 1989). */
function transform(v: Int32Array, at: number, step: number, shift: number): void {
  const i0 = v[at];
  const i1 = v[at + step];
  const i2 = v[at + step * 2];
  const i3 = v[at + step * 3];
  const i4 = v[at + step * 4];
  const i5 = v[at + step * 5];
  const i6 = v[at + step * 6];
  const i7 = v[at + step * 7];
  const even = (i2 + i6) * F0_541;
  const even2 = even - i6 * F1_847;
  const even3 = even + i2 * F0_765;
  const sum = (i0 + i4) << CONST_BITS;
  const difference = (i0 - i4) << CONST_BITS;
  const z3 = i7 + i3;
  const z4 = i5 + i1;
  const z5 = (z3 + z4) * F1_175;
  const z1 = -(i7 + i1) * F0_899;
  const z2 = -(i5 + i3) * F2_562;
  const z3s = z5 - z3 * F1_961;
  const z4s = z5 - z4 * F0_390;
  const odd0 = i7 * F0_298 + z1 + z3s;
  const odd1 = i5 * F2_053 + z2 + z4s;
  const odd2 = i3 * F3_072 + z2 + z3s;
  const odd3 = i1 * F1_501 + z1 + z4s;
  const half = 1 << (shift - 1);
  v[at] = (sum + even3 + odd3 + half) >> shift;
  v[at + step] = (difference + even2 + odd2 + half) >> shift;
  v[at + step * 2] = (difference - even2 + odd1 + half) >> shift;
  v[at + step * 3] = (sum - even3 + odd0 + half) >> shift;
  v[at + step * 4] = (sum - even3 - odd0 + half) >> shift;
  v[at + step * 5] = (difference - even2 - odd1 + half) >> shift;
  v[at + step * 6] = (difference + even2 - odd2 + half) >> shift;
  v[at + step * 7] = (sum + even3 - odd3 + half) >> shift;
}

/** Twice as wide: three parts of the nearer sample, one of the farther. */
function smoothAcross({ data, width, height }: Plane): Plane {
  const out = new Uint8Array(width * 2 * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const left = x === 0 ? data[at] : data[at - 1];
      const right = x === width - 1 ? data[at] : data[at + 1];
      out[at * 2] = (data[at] * 3 + left + 1) >> 2;
      out[at * 2 + 1] = (data[at] * 3 + right + 2) >> 2;
    }
  }
  return { data: out, width: width * 2, height };
}

function smoothDown({ data, width, height }: Plane): Plane {
  const out = new Uint8Array(width * height * 2);
  for (let y = 0; y < height * 2; y++) {
    const near = y >> 1;
    const far = clampRow(y & 1 ? near + 1 : near - 1, height);
    for (let x = 0; x < width; x++) {
      out[y * width + x] = (data[near * width + x] * 3 + data[far * width + x] + 1 + (y & 1)) >> 2;
    }
  }
  return { data: out, width, height: height * 2 };
}

function smoothBoth({ data, width, height }: Plane): Plane {
  const out = new Uint8Array(width * height * 4);
  const sums = new Int32Array(width);
  for (let y = 0; y < height * 2; y++) {
    const near = y >> 1;
    const far = clampRow(y & 1 ? near + 1 : near - 1, height);
    for (let x = 0; x < width; x++) sums[x] = data[near * width + x] * 3 + data[far * width + x];
    for (let x = 0; x < width; x++) {
      const left = x === 0 ? sums[x] : sums[x - 1];
      const right = x === width - 1 ? sums[x] : sums[x + 1];
      out[(y * width + x) * 2] = (sums[x] * 3 + left + 8) >> 4;
      out[(y * width + x) * 2 + 1] = (sums[x] * 3 + right + 7) >> 4;
    }
  }
  return { data: out, width: width * 2, height: height * 2 };
}

function repeat({ data, width, height }: Plane, across: number, down: number): Plane {
  if (across === 1 && down === 1) return { data, width, height };
  const outWidth = Math.ceil(width * across);
  const outHeight = Math.ceil(height * down);
  const out = new Uint8Array(outWidth * outHeight);
  for (let y = 0; y < outHeight; y++) {
    for (let x = 0; x < outWidth; x++) {
      out[y * outWidth + x] = data[Math.floor(y / down) * width + Math.floor(x / across)];
    }
  }
  return { data: out, width: outWidth, height: outHeight };
}

function clampRow(row: number, height: number): number {
  return Math.max(0, Math.min(height - 1, row));
}

function zigzag(): Uint8Array {
  const places: number[] = [];
  for (let sum = 0; sum < 15; sum++) {
    for (let i = 0; i <= sum; i++) {
      const [row, column] = sum % 2 ? [i, sum - i] : [sum - i, i];
      if (row < 8 && column < 8) places.push(row * 8 + column);
    }
  }
  return Uint8Array.from(places);
}
