// SPDX-License-Identifier: Apache-2.0
/**
 * ftfy.fix_text with its default options: repairs text that was damaged on its way, such as â€™ for ’.
 *
 * Follows ftfy 6.3.1 by Robyn Speer (Apache-2.0), https://github.com/rspeer/python-ftfy.
 */

import { fixC1Controls, fixEncoding } from './fixEncoding.js';
import {
  fixCharacterWidth,
  fixLatinLigatures,
  fixLineBreaks,
  fixLoneSurrogates,
  removeControlCharacters,
  removeTerminalEscapes,
  uncurlQuotes,
  unescapeUnambiguousHTML,
} from './fixes.js';

/** Longer lines are repaired in pieces of this many characters, so that time stays in proportion. */
const LONGEST_SEGMENT = 1_000_000;

const FIXES = [
  fixEncoding,
  fixC1Controls,
  fixLatinLigatures,
  fixCharacterWidth,
  uncurlQuotes,
  fixLineBreaks,
  fixLoneSurrogates,
  removeTerminalEscapes,
  removeControlCharacters,
  (text: string) => text.normalize('NFC'),
];

export function fixText(text: string): string {
  let result = '';
  // From the first '<' on, '&lt;' may be meant as it stands: the text is HTML itself.
  let isHTML = false;
  for (const segment of segments(text)) {
    isHTML ||= segment.includes('<');
    result += fixSegment(segment, !isHTML);
  }
  return result;
}

/** A fix may uncover what another one mends, so they go round until nothing changes. */
function fixSegment(segment: string, resolveReferences: boolean): string {
  for (let text = segment; ; ) {
    let fixed = resolveReferences ? unescapeUnambiguousHTML(text) : text;
    for (const fix of FIXES) fixed = fix(fixed);
    if (fixed === text) return fixed;
    text = fixed;
  }
}

/** Lines with their line feeds. */
function* segments(text: string): Generator<string> {
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.length <= LONGEST_SEGMENT) yield line;
    else yield* line.match(new RegExp(`[^]{1,${LONGEST_SEGMENT}}`, 'gu')) ?? [];
  }
}
