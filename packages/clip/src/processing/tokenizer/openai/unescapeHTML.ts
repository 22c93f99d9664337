// SPDX-License-Identifier: Apache-2.0
/** Python's html.unescape: HTML's character references, with or without their semicolons. */
import { decodeHTML } from 'entities/decode';

const REFERENCE = /&(?:#[0-9]+;?|#[xX][0-9a-fA-F]+;?|[^\t\n\f <&#;]{1,32};?)/gu;

/** The Windows-1252 characters that references to U+0080 … U+009F mean; five stay what they are. */
const C1_MEANINGS = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

export function unescapeHTML(text: string): string {
  return text.replace(REFERENCE, (reference) =>
    reference[1] === '#' ? numericReference(reference.slice(2)) : decodeHTML(reference),
  );
}

function numericReference(digits: string): string {
  const isHexadecimal = /^x/i.test(digits);
  const codePoint = Number.parseInt(isHexadecimal ? digits.slice(1) : digits, isHexadecimal ? 16 : 10);
  if (codePoint === 0 || codePoint > 0x10ffff || (codePoint >= 0xd800 && codePoint <= 0xdfff))
    return '\ufffd';
  if (codePoint >= 0x80 && codePoint <= 0x9f) return C1_MEANINGS[codePoint - 0x80];
  return isNoCharacter(codePoint) ? '' : String.fromCodePoint(codePoint);
}

/** Control characters without a use in HTML, and what Unicode keeps free. */
function isNoCharacter(codePoint: number): boolean {
  const isControl = codePoint < 0x20 && !'\t\n\f\r'.includes(String.fromCodePoint(codePoint));
  const isFree = (codePoint >= 0xfdd0 && codePoint <= 0xfdef) || (codePoint & 0xfffe) === 0xfffe;
  return isControl || codePoint === 0x7f || isFree;
}
