// SPDX-License-Identifier: Apache-2.0
/**
 * Whether a text looks like mojibake: whether characters stand side by side in it that rarely do otherwise.
 *
 * Adapted from ftfy 6.3.1 by Robyn Speer (Apache-2.0), ftfy/badness.py.
 */
import { PYTHON_SPACE } from '../openai/pythonStrings.js';
import { KINDS } from './characters.js';

const {
  common,
  c1,
  bad,
  law,
  currency,
  startPunctuation: start,
  endPunctuation: end,
  numeric,
  kaomoji,
} = KINDS;
const { upperAccented: upper, lowerAccented: lower, upperCommon, lowerCommon, box } = KINDS;

const NEAR_BAD = lower + upper + box + start + end + currency + numeric + law;
const ARABIC = `[ØÙ][${common}${currency}${bad}${numeric}${start}ŸŠ®°µ»]`;
const CYRILLIC = `[ВГРС][${c1}${bad}${start}${end}${currency}°µ][ВГРС]`;
const GREEK = `[ΒΓΞΟ][${c1}${bad}${start}${end}${currency}°][ΒΓΞΟ]`;

const BADNESS = new RegExp(
  [
    `[${c1}]`,
    `[${bad}${NEAR_BAD}][${bad}]`,
    `[a-zA-Z][${lowerCommon}${upperCommon}][${bad}]`,
    `[${bad}][${NEAR_BAD}]`,
    `[${lower}${lowerCommon}${box}${end}${currency}${numeric}][${upper}]`,
    `[${box}${end}${currency}${numeric}][${lower}]`,
    `[${lower}${box}${end}][${currency}]`,
    `${PYTHON_SPACE}[${upper}][${currency}]`,
    `[${upper}${box}][${numeric}${law}]`,
    `[${lower}${upper}${box}${currency}${end}][${start}][${numeric}]`,
    `[${lower}${upper}${currency}${numeric}${box}${law}][${end}][${start}]`,
    `[${currency}${numeric}${box}][${start}]`,
    `[a-z][${upper}][${start}${currency}]`,
    `[${box}][${kaomoji}]`,
    `[${lower}${upper}${currency}${numeric}${start}${end}${law}][${box}]`,
    `[${box}][${end}]`,
    `[${lower}${upper}][${start}${end}][\\p{L}\\p{N}_]`,
    // The ligature œ, unless an unaccented Latin letter follows.
    '[Œœ][^A-Za-z]',
    // Degree signs after capital letters.
    `[${upper}]°`,
    // Windows-1252 read as UTF-8 begins: two characters, not covered above.
    `[ÂÃÎÐ][€œŠš¢£Ÿž\\xa0\\xad®©°·»${start}${end}–—´]`,
    '×[²³]',
    // Arabic as Windows-1252; its characters are common, so two pairs are asked for.
    ARABIC + ARABIC,
    // South Asian alphabets as Windows-1252.
    'à[²µ¹¼½¾]',
    // MacRoman.
    '√[±∂†≠®™´≤≥¥µø]',
    '≈[°¢]',
    '‚Ä[ìîïòôúùû†°¢π]',
    '‚[âó][àä°ê]',
    // Windows-1251: characters from U+2000 on; Latin-1 and Cyrillic; and on top of Latin-1's own mojibake.
    'вЂ',
    CYRILLIC,
    'ГўВЂВ[^\\n][A-Za-z ]',
    // Windows-1252: à, á and the no-break space.
    'Ã[\\xa0¡]',
    `[a-z]${PYTHON_SPACE}?[ÃÂ] `,
    '^[ÃÂ] ',
    // Â before the very character that it announces.
    `[a-z.,?!${end}]Â[ ${start}${end}]`,
    // Windows-1253: characters from U+2000 on; Latin-1 and Greek.
    'β€[™\\xa0Ά\\xad®°]',
    GREEK,
    // Windows-1257: characters from U+2000 on.
    'ā€',
  ].join('|'),
  'u',
);

export function looksLikeMojibake(text: string): boolean {
  return BADNESS.test(text);
}
