// SPDX-License-Identifier: Apache-2.0
/**
 * Classes of characters that occur in mojibake, as the inside of a regular expression's brackets.
 *
 * Adapted from ftfy 6.3.1 by Robyn Speer (Apache-2.0), https://github.com/rspeer/python-ftfy: ftfy/badness.py and
 * ftfy/chardata.py, where each character is listed by its name.
 */

/** Kinds of characters: some look wrong beside others. */
export const KINDS = {
  common: '\xa0\xad´·–-―’…',
  c1: '\x80-\x9f',
  bad: '¤¦¨ª¬¯¸ºƒˆˇ˘˛˜†‡‰⌐◊\ufffd',
  law: '§¶',
  currency: '¢£¥₧€',
  startPunctuation: '¡©«¿΄΅‘‚“„•‹\uf8ff',
  endPunctuation: '®»˝”›™',
  numeric: '±-³µ¹¼-¾×÷⁄№∂∆∏∑√∞∩∫≈≠≡≤≥',
  kaomoji: '°Ò-ÖÙ-Üò-öø-üŌŐŪŲ',
  upperAccented: 'À-ÑØÜÝĀĂĄĆČĎĐĒĖĘĚĞĢĪİĶĹĻĽŁŃŅŇŒŘŚŞŠŢŤŮŰŸŹŻŽҐ',
  lowerAccented: 'ß-ñüāăąćčďđēėęěğģīįķĺļľłœŕśşšťźżžґﬁﬂ',
  upperCommon: 'ÞΆΈ-ΊΌΎΏΑ-ΫЁ-Я',
  lowerCommon: 'ά-ωа-џ',
  box: '│┌┐┘├┤┬┼═-╬▀▄█▌▐-▓',
} as const;

/** Characters that the bytes of a UTF-8 sequence turn into when they are read as one byte a character. */
export const UTF8_CLUES = {
  firstOfTwo: 'Â-ßĀĂĆČĎĐĒĖĘĚĞĢĪİĶĹĻŁŃŅŇŌŐŘŚŞŠŢŪŮŰŲŹŻŽΒ-ΡΣ-ίВ-Я',
  firstOfThree: 'à-ïāăąćčďēėęěģīįķĺļŕźΰ-οа-п',
  firstOfFour: 'ðóđğšπσру',
  continuation: '\x20\x80-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛-˝΄-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ–-―‘-‚“-„†-•…‰‹›€№™',
  strictContinuation: '\x80-¿ÆØæøĄąĽľŁłŒœŖŗŚśŞ-šŤťŸ-žƒˆˇ˘˛-˝΄-ΆΈ-ΊΌΎΏЁ-ЌЎЏё-ќўџҐґ†‡‰‹›€№™',
} as const;
