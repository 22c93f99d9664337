// SPDX-License-Identifier: Apache-2.0

/** WGSL for each of 0 … count − 1: indices that are constants let arrays stay in registers. */
export function repeat(count: number, wgsl: (i: number) => string): string {
  return Array.from({ length: count }, (_, i) => wgsl(i)).join('\n');
}
