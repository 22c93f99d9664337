// SPDX-License-Identifier: Apache-2.0

const SMALLEST_STEP = 256;

/**
 * A few sizes for all buffers: multiples of 256 bytes, and above 2 KiB four between a power of two and the next. tfjs uses a
 * buffer again only for exactly as many bytes, and batches and texts have ever other sizes. Less than a quarter is lost.
 */
export function roundedUp(bytes: number): number {
  const quarter = 2 ** (Math.floor(Math.log2(bytes)) - 2);
  const step = Math.max(SMALLEST_STEP, quarter);
  return step * Math.ceil(bytes / step);
}
