// SPDX-License-Identifier: Apache-2.0
/** White space as Python's strings have it: Unicode's, and the separators U+001C to U+001F. */
export const PYTHON_SPACE = String.raw`[\p{White_Space}\x1c-\x1f]`;

const SPACE = new RegExp(PYTHON_SPACE, 'u');

/** `str.strip()` */
export function strip(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && SPACE.test(text[start])) start++;
  while (end > start && SPACE.test(text[end - 1])) end--;
  return text.slice(start, end);
}
