// SPDX-License-Identifier: Apache-2.0

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
