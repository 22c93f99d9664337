// SPDX-License-Identifier: Apache-2.0
/** UTF-8 and its relatives out of bytes that are given as a string of U+0000 to U+00FF; null where they are not that. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function decodeUTF8(bytes: string): string | null {
  try {
    return strict.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
  } catch {
    return null;
  }
}

/** A zero in two bytes, as Java writes it, or the six bytes of a surrogate pair (CESU-8). */
const VARIANT = /(\xc0\x80|\xed[\xa0-\xaf][\x80-\xbf]\xed[\xb0-\xbf][\x80-\xbf])/;

/** UTF-8 with these variants among it. After ftfy 6.3.1 (Apache-2.0), ftfy/bad_codecs/utf8_variants.py. */
export function decodeUTF8Variants(bytes: string): string | null {
  let text = '';
  for (const [i, part] of bytes.split(VARIANT).entries()) {
    const decoded = i % 2 === 1 ? decodeVariant(part) : decodeUTF8(part);
    if (decoded === null) return null;
    text += decoded;
  }
  return text;
}

function decodeVariant(bytes: string): string {
  if (bytes.length === 2) return '\0';
  const [, b1, b2, , b4, b5] = Array.from(bytes, (byte) => byte.charCodeAt(0));
  const offset = ((b1 & 0x0f) << 16) | ((b2 & 0x3f) << 10) | ((b4 & 0x0f) << 6) | (b5 & 0x3f);
  return String.fromCodePoint(0x10000 + offset);
}
