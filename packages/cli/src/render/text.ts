// SPDX-License-Identifier: Apache-2.0
/** Text in a terminal: how wide it is, cutting and padding it, and keeping control characters out. */

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const wide =
  /^(\p{Emoji_Presentation}|\p{Regional_Indicator}|.*\ufe0f|[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])/u;

/** Columns that `text` takes: 2 for East Asian wide characters and emoji, 1 for other graphemes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const { segment } of segmenter.segment(text)) width += graphemeWidth(segment);
  return width;
}

/** Cut to at most `width` columns, with … where something is left out. */
export function fit(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let fitted = '';
  let used = 1;
  for (const { segment } of segmenter.segment(text)) {
    used += graphemeWidth(segment);
    if (used > width) break;
    fitted += segment;
  }
  return `${fitted}…`;
}

export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** File names may hold escape sequences, which a terminal would obey. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '\ufffd');
}

function graphemeWidth(grapheme: string): number {
  return wide.test(grapheme) ? 2 : 1;
}
