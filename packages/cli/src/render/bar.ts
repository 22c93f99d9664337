// SPDX-License-Identifier: Apache-2.0
/** A horizontal bar in block characters, exact to an eighth of a column. */

const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** `fraction` (0 to 1) of `width` columns; what is left is not filled. Anything above 0 shows at least a sliver. */
export function bar(fraction: number, width: number): string {
  const inEighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const visible = Math.max(inEighths, fraction > 0 ? 1 : 0);
  return '█'.repeat(Math.floor(visible / 8)) + eighths[visible % 8];
}
