// SPDX-License-Identifier: Apache-2.0
/**
 * Encodings of one byte a character, as text was wrongly decoded with them.
 *
 * The 'sloppy' ones give a byte without a meaning the character of the same number, as browsers do, and byte 1A to the
 * replacement character, which stands for a byte that was lost. After ftfy 6.3.1 (Apache-2.0), ftfy/bad_codecs/sloppy.py.
 */
export interface ByteEncoding {
  readonly name: string;
  readonly sloppy: boolean;
  /** The byte of each character. */
  readonly bytes: ReadonlyMap<string, number>;
  /** The character of each byte. */
  readonly characters: string;
}

/** A text's bytes, each as a character from U+0000 to U+00FF; null if a character is not in the encoding. */
export function encodeBytes(text: string, { bytes }: ByteEncoding): string | null {
  let result = '';
  for (const character of text) {
    const byte = bytes.get(character);
    if (byte === undefined) return null;
    result += String.fromCharCode(byte);
  }
  return result;
}

export const LATIN_1 = encoding('latin-1', latin1(0x80, 0x100));

const C1 = latin1(0x80, 0xa0);

// The characters of bytes 80 to FF.
export const WINDOWS_1252 = encoding(
  'sloppy-windows-1252',
  '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ' +
    '\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿' +
    'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß' +
    'àáâãäåæçèéêëìíîïðñòóôõö÷øùúûüýþÿ',
);
const WINDOWS_1251 = encoding(
  'sloppy-windows-1251',
  'ЂЃ‚ѓ„…†‡€‰Љ‹ЊЌЋЏђ‘’“”•–—\x98™љ›њќћџ' +
    '\xa0ЎўЈ¤Ґ¦§Ё©Є«¬\xad®Ї°±Ііґµ¶·ё№є»јЅѕї' +
    'АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ' +
    'абвгдежзийклмнопрстуфхцчшщъыьэюя',
);
const WINDOWS_1250 = encoding(
  'sloppy-windows-1250',
  '€\x81‚\x83„…†‡\x88‰Š‹ŚŤŽŹ\x90‘’“”•–—\x98™š›śťžź' +
    '\xa0ˇ˘Ł¤Ą¦§¨©Ş«¬\xad®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż' +
    'ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß' +
    'ŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
);
const WINDOWS_1253 = encoding(
  'sloppy-windows-1253',
  '€\x81‚ƒ„…†‡\x88‰\x8a‹\x8c\x8d\x8e\x8f\x90‘’“”•–—\x98™\x9a›\x9c\x9d\x9e\x9f' +
    '\xa0΅Ά£¤¥¦§¨©ª«¬\xad®―°±²³΄µ¶·ΈΉΊ»Ό½ΎΏ' +
    'ΐΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡÒΣΤΥΦΧΨΩΪΫάέήί' +
    'ΰαβγδεζηθικλμνξοπρςστυφχψωϊϋόύώÿ',
);
const WINDOWS_1254 = encoding(
  'sloppy-windows-1254',
  '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8d\x8e\x8f\x90‘’“”•–—˜™š›œ\x9d\x9eŸ' +
    '\xa0¡¢£¤¥¦§¨©ª«¬\xad®¯°±²³´µ¶·¸¹º»¼½¾¿' +
    'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏĞÑÒÓÔÕÖ×ØÙÚÛÜİŞß' +
    'àáâãäåæçèéêëìíîïğñòóôõö÷øùúûüışÿ',
);
const WINDOWS_1257 = encoding(
  'sloppy-windows-1257',
  '€\x81‚\x83„…†‡\x88‰\x8a‹\x8c¨ˇ¸\x90‘’“”•–—\x98™\x9a›\x9c¯˛\x9f' +
    '\xa0¡¢£¤¥¦§Ø©Ŗ«¬\xad®Æ°±²³´µ¶·ø¹ŗ»¼½¾æ' +
    'ĄĮĀĆÄÅĘĒČÉŹĖĢĶĪĻŠŃŅÓŌÕÖ×ŲŁŚŪÜŻŽß' +
    'ąįāćäåęēčéźėģķīļšńņóōõö÷ųłśūüżž˙',
);
const ISO_8859_2 = encoding(
  'iso-8859-2',
  C1 +
    '\xa0Ą˘Ł¤ĽŚ§¨ŠŞŤŹ\xadŽŻ°ą˛ł´ľśˇ¸šşťź˝žż' +
    'ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢß' +
    'ŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙',
);
const MACROMAN = encoding(
  'macroman',
  'ÄÅÇÉÑÖÜáàâäãåçéèêëíìîïñóòôöõúùûü' +
    '†°¢£§•¶ß®©™´¨≠ÆØ∞±≤≥¥µ∂∑∏π∫ªºΩæø' +
    '¿¡¬√ƒ≈∆«»…\xa0ÀÃÕŒœ–—“”‘’÷◊ÿŸ⁄€‹›ﬁﬂ' +
    '‡·‚„‰ÂÊÁËÈÍÎÏÌÓÔ\uf8ffÒÚÛÙıˆ˜¯˘˙˚¸˝˛ˇ',
);
const CP437 = encoding(
  'cp437',
  'ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ' +
    'áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐' +
    '└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀' +
    'αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\xa0',
);

/** In the order in which they are tried. */
export const ENCODINGS: readonly ByteEncoding[] = [
  LATIN_1,
  WINDOWS_1252,
  WINDOWS_1251,
  WINDOWS_1250,
  WINDOWS_1253,
  WINDOWS_1254,
  WINDOWS_1257,
  ISO_8859_2,
  MACROMAN,
  CP437,
];

function encoding(name: string, upperHalf: string): ByteEncoding {
  const sloppy = name.startsWith('sloppy');
  const lowerHalf = latin1(0, 0x80);
  const characters = (sloppy ? lowerHalf.replace('\x1a', '\ufffd') : lowerHalf) + upperHalf;
  return {
    name,
    sloppy,
    characters,
    bytes: new Map(Array.from(characters, (character, byte) => [character, byte])),
  };
}

function latin1(from: number, to: number): string {
  return Array.from({ length: to - from }, (_, i) => String.fromCharCode(from + i)).join('');
}
