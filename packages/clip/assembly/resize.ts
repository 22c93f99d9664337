// SPDX-License-Identifier: Apache-2.0
/**
 * The two passes of a resize, a row at a time. Both sum pairs of bytes, weighted:
 *
 *     out = clip((Σ byte · weight + half) >> bits)
 *
 * in 32 bits that may overflow, as Pillow's do. A weight of up to 30 bits is two of 16, high · 2^15 + low, so that one
 * instruction multiplies and adds two bytes for each of four sums. Weights of a pair stand together: low, low, high, high.
 */
const LOW_BITS: i32 = 15;
const BYTES_OF_PAIR: usize = 8;

/**
 * Pixels of a row into `width` others. For each of them `positions` has the byte where its first source pixel begins, and
 * how many pairs of pixels it sums; the weights of those lie from `pairs` on, those of the next one `stride` bytes behind
 * them. Up to 3 bytes behind the row are written, and up to 7 behind the source read.
 */
export function resizeAcross(
  channels: i32,
  source: usize,
  width: i32,
  positions: usize,
  pairs: usize,
  stride: usize,
  bits: i32,
  out: usize,
): void {
  const channelsOfPair = interleaving(channels);
  const step = (<usize>channels) << 1;
  for (let x = 0; x < width; x++) {
    let pixels = source + load<u32>(positions);
    let low = i32x4.splat(1 << (bits - 1));
    let high = i32x4.splat(0);
    const end = pairs + <usize>load<u32>(positions, 4) * BYTES_OF_PAIR;
    for (let at = pairs; at < end; at += BYTES_OF_PAIR) {
      const bytes = i8x16.swizzle(v128.load64_zero(pixels), channelsOfPair);
      low = i32x4.add(low, i32x4.dot_i16x8_s(bytes, v128.load32_splat(at)));
      high = i32x4.add(high, i32x4.dot_i16x8_s(bytes, v128.load32_splat(at, 4)));
      pixels += step;
    }
    const levels = i16x8.narrow_i32x4_s(shifted(low, high, bits), i32x4.splat(0));
    v128.store32_lane(out, i8x16.narrow_i16x8_u(levels, levels), 0);
    positions += 8;
    pairs += stride;
    out += <usize>channels;
  }
}

/**
 * One row that sums `count` pairs of rows from number `first` on. Rows lie in a ring of `mask` + 1, a power of two, each in
 * `rowBytes`, a multiple of 16.
 */
export function resizeDown(
  ring: usize,
  mask: i32,
  rowBytes: usize,
  first: i32,
  count: i32,
  pairs: usize,
  bits: i32,
  out: usize,
): void {
  const half = i32x4.splat(1 << (bits - 1));
  for (let x: usize = 0; x < rowBytes; x += 16) {
    let low0 = half;
    let low1 = half;
    let low2 = half;
    let low3 = half;
    let high0 = i32x4.splat(0);
    let high1 = i32x4.splat(0);
    let high2 = i32x4.splat(0);
    let high3 = i32x4.splat(0);
    let at = pairs;
    for (let row = first, end = first + (count << 1); row < end; row += 2) {
      const upper = v128.load(ring + <usize>(row & mask) * rowBytes + x);
      const lower = v128.load(ring + <usize>((row + 1) & mask) * rowBytes + x);
      const left = interleaveLow(upper, lower);
      const right = interleaveHigh(upper, lower);
      const bytes0 = i16x8.extend_low_i8x16_u(left);
      const bytes1 = i16x8.extend_high_i8x16_u(left);
      const bytes2 = i16x8.extend_low_i8x16_u(right);
      const bytes3 = i16x8.extend_high_i8x16_u(right);
      const lows = v128.load32_splat(at);
      const highs = v128.load32_splat(at, 4);
      low0 = i32x4.add(low0, i32x4.dot_i16x8_s(bytes0, lows));
      low1 = i32x4.add(low1, i32x4.dot_i16x8_s(bytes1, lows));
      low2 = i32x4.add(low2, i32x4.dot_i16x8_s(bytes2, lows));
      low3 = i32x4.add(low3, i32x4.dot_i16x8_s(bytes3, lows));
      high0 = i32x4.add(high0, i32x4.dot_i16x8_s(bytes0, highs));
      high1 = i32x4.add(high1, i32x4.dot_i16x8_s(bytes1, highs));
      high2 = i32x4.add(high2, i32x4.dot_i16x8_s(bytes2, highs));
      high3 = i32x4.add(high3, i32x4.dot_i16x8_s(bytes3, highs));
      at += BYTES_OF_PAIR;
    }
    const left = i16x8.narrow_i32x4_s(shifted(low0, high0, bits), shifted(low1, high1, bits));
    const right = i16x8.narrow_i32x4_s(shifted(low2, high2, bits), shifted(low3, high3, bits));
    v128.store(out + x, i8x16.narrow_i16x8_u(left, right));
  }
}

/** Which bytes of two pixels become 16-bit numbers, channel by channel: both of a channel side by side; −1 is a zero. */
function interleaving(channels: i32): v128 {
  if (channels === 1) return i8x16(0, -1, 1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  if (channels === 2) return i8x16(0, -1, 2, -1, 1, -1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  if (channels === 3) return i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1);
  return i8x16(0, -1, 4, -1, 1, -1, 5, -1, 2, -1, 6, -1, 3, -1, 7, -1);
}

function shifted(low: v128, high: v128, bits: i32): v128 {
  return i32x4.shr_s(i32x4.add(low, i32x4.shl(high, LOW_BITS)), bits);
}

function interleaveLow(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

function interleaveHigh(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}
