// SPDX-License-Identifier: Apache-2.0
/**
 * Repairs of single characters, each the function of that name in ftfy 6.3.1's ftfy/fixes.py (Robyn Speer, Apache-2.0).
 */
import { decodeHTMLStrict } from 'entities/decode';
import { unescapeHTML } from '../openai/unescapeHTML.js';

/**
 * Character references that end in a semicolon, and Latin letters whose names were raised to capitals: `&EACUTE;`.
 */
export function unescapeUnambiguousHTML(text: string): string {
  return text.replace(/&#?[0-9A-Za-z]{1,24};/g, (reference) => {
    if (reference.startsWith('&#')) {
      const character = unescapeHTML(reference);
      return character.includes(';') ? reference : character;
    }
    const decoded = decodeHTMLStrict(reference);
    return decoded === reference ? unescapeCapitals(reference) : decoded;
  });
}

function unescapeCapitals(reference: string): string {
  if (reference !== reference.toUpperCase() || unescapeHTML(reference) !== reference) return reference;
  const name = reference.toLowerCase();
  const decoded = decodeHTMLStrict(name);
  return decoded === name ? reference : decoded.toUpperCase();
}

export function removeTerminalEscapes(text: string): string {
  return text.replace(/\x1b\[[\p{Nd};]*[a-zA-Z]/gu, '');
}

export function uncurlQuotes(text: string): string {
  return text.replace(/[\u201c-\u201f]/g, '"').replace(/[\u02bc\u2018-\u201b]/g, "'");
}

const LIGATURES = new Map(
  Object.entries({
    Ĳ: 'IJ',
    ĳ: 'ij',
    ŉ: 'ʼn',
    Ǳ: 'DZ',
    ǲ: 'Dz',
    ǳ: 'dz',
    Ǆ: 'DŽ',
    ǅ: 'Dž',
    ǆ: 'dž',
    Ǉ: 'LJ',
    ǈ: 'Lj',
    ǉ: 'lj',
    Ǌ: 'NJ',
    ǋ: 'Nj',
    ǌ: 'nj',
    ﬀ: 'ff',
    ﬁ: 'fi',
    ﬂ: 'fl',
    ﬃ: 'ffi',
    ﬄ: 'ffl',
    ﬅ: 'ſt',
    ﬆ: 'st',
  }),
);
const LIGATURE = new RegExp(`[${[...LIGATURES.keys()].join('')}]`, 'gu');

export function fixLatinLigatures(text: string): string {
  return text.replace(LIGATURE, (ligature) => LIGATURES.get(ligature) as string);
}

/** Full-width Latin letters and half-width kana to their usual forms. */
export function fixCharacterWidth(text: string): string {
  return text.replace(/\u3000/g, ' ').replace(/[\uff01-\uffef]/g, (character) => character.normalize('NFKC'));
}

export function fixLineBreaks(text: string): string {
  return text.replace(/\r\n|[\r\u2028\u2029\x85]/g, '\n');
}

export function fixLoneSurrogates(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}

/** All but tab, line feed, form feed and carriage return; also the byte order mark and annotation characters. */
export function removeControlCharacters(text: string): string {
  return text.replace(/[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]/g, '');
}
