// SPDX-License-Identifier: Apache-2.0
/**
 * Mojibake undone: text that was encoded as UTF-8 and decoded as something else, once or more often.
 *
 * Follows `fix_encoding` of ftfy 6.3.1 by Robyn Speer (Apache-2.0). Bytes are strings of U+0000 to U+00FF here, so that
 * regular expressions apply to them.
 */
import { looksLikeMojibake } from './badness.js';
import { UTF8_CLUES } from './characters.js';
import { type ByteEncoding, ENCODINGS, encodeBytes, LATIN_1, WINDOWS_1252 } from './encodings.js';
import { decodeUTF8, decodeUTF8Variants } from './utf8.js';

export function fixEncoding(text: string): string {
  for (let current = text; ; ) {
    const fixed = fixOnce(current);
    if (fixed === current) return fixed;
    current = fixed;
  }
}

function fixOnce(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text) || !looksLikeMojibake(text)) return text;
  for (const encoding of ENCODINGS) {
    const fixed = redecode(text, encoding);
    if (fixed !== null) return fixed;
  }
  const fixed = decodeInconsistentUTF8(text);
  if (fixed !== text) return fixed;
  return latin1AsWindows1252(text) ?? fixC1Controls(text);
}

/** `text` as UTF-8, if it was decoded with `encoding` by mistake; null if it cannot have been. */
function redecode(text: string, encoding: ByteEncoding): string | null {
  let bytes = encodeBytes(text, encoding);
  if (bytes === null) return null;
  // In MacRoman a space after byte D0 would be an en dash and a space.
  if (encoding.name !== 'macroman') bytes = restoreNoBreakSpaces(bytes);
  if (encoding.sloppy) bytes = bytes.replace(LOSSY_UTF8, '\xef\xbf\xbd');
  return /[\xed\xc0]/.test(bytes) ? decodeUTF8Variants(bytes) : decodeUTF8(bytes);
}

/** UTF-8 in which some program took byte A0 for a space and wrote 20 instead. */
const ALTERED_UTF8 = new RegExp(
  [
    '[\\xc2\\xc3\\xc5\\xce\\xd0\\xd9] ',
    '[\\xe2\\xe3] [\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf]',
    '[\\xe0-\\xe3][\\x80-\\x84\\x86-\\x9f\\xa1-\\xbf] ',
    '\\xf0 [\\x80-\\xbf][\\x80-\\xbf]',
    '\\xf0[\\x80-\\xbf] [\\x80-\\xbf]',
    '\\xf0[\\x80-\\xbf][\\x80-\\xbf] ',
  ].join('|'),
  'g',
);

/** 'à' as a word of its own keeps the space after it, but for Portuguese contractions such as 'àquele'. */
const A_GRAVE_WORD = /\xc3 (?! |quele|quela|quilo|s )/g;

function restoreNoBreakSpaces(bytes: string): string {
  if (bytes.search(ALTERED_UTF8) < 0) return bytes;
  return bytes
    .replace(A_GRAVE_WORD, '\xc3\xa0 ')
    .replace(ALTERED_UTF8, (sequence) => sequence.replaceAll(' ', '\xa0'));
}

/** UTF-8 or CESU-8 of which a byte was lost: 1A in a sloppy encoding, or '?'. */
const LOSSY_UTF8 = new RegExp(
  [
    '[\\xc2-\\xdf]\\x1a',
    '[\\xc2\\xc3]\\?',
    '\\xed[\\xa0-\\xaf][\\x1a?]\\xed[\\xb0-\\xbf][\\x1a?\\x80-\\xbf]',
    '\\xed[\\xa0-\\xaf][\\x1a?\\x80-\\xbf]\\xed[\\xb0-\\xbf][\\x1a?]',
    '[\\xe0-\\xef][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xe0-\\xef][\\x1a\\x80-\\xbf][\\x1a?]',
    '[\\xf0-\\xf4][\\x1a?][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf]',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a?][\\x1a\\x80-\\xbf]',
    '[\\xf0-\\xf4][\\x1a\\x80-\\xbf][\\x1a\\x80-\\xbf][\\x1a?]',
    '\\x1a',
  ].join('|'),
  'g',
);

const { firstOfTwo, firstOfThree, firstOfFour, continuation, strictContinuation } = UTF8_CLUES;

/** Not within a larger garble, of which mending a part would make the rest worse. */
const EMBEDDED_UTF8 = new RegExp(
  `(?<![${strictContinuation}])(?:[${firstOfTwo}][${continuation}]` +
    `|[${firstOfThree}][${continuation}]{2}|[${firstOfFour}][${continuation}]{3})+`,
  'gu',
);

/** Mojibake within text that is sound otherwise. */
function decodeInconsistentUTF8(text: string): string {
  return text.replace(EMBEDDED_UTF8, (part) =>
    part.length < text.length && looksLikeMojibake(part) ? fixEncoding(part) : part,
  );
}

/** Latin-1 with control characters that nobody wants was Windows-1252; null if it was not. */
function latin1AsWindows1252(text: string): string | null {
  const bytes = encodeBytes(text, LATIN_1);
  if (bytes === null || /[\x81\x8d\x8f\x90\x9d]/.test(bytes)) return null;
  const fixed = fixC1Controls(text);
  return fixed === text ? null : fixed;
}

/** Control characters from U+0080 to U+009F as the Windows-1252 characters of these bytes. */
export function fixC1Controls(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => WINDOWS_1252.characters[control.charCodeAt(0)]);
}
