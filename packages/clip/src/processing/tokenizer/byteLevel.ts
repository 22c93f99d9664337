// SPDX-License-Identifier: Apache-2.0
/**
 * Bytes as printable characters, GPT-2's table: a vocabulary of such characters can spell any text.
 *
 * Printable Latin-1 bytes stand for themselves, the other 68 for the characters from U+0100 on.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The character of each byte. */
export const byteCharacters: readonly string[] = makeByteCharacters();

const bytesOfCharacters = new Map(byteCharacters.map((character, byte) => [character, byte]));

export function toUTF8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** The text that tokens spell. A token that is not made of byte characters, such as an added one, stands for itself. */
export function decodeTokens(tokens: readonly string[]): string {
  const bytes: number[] = [];
  for (const token of tokens) {
    const spelled = Array.from(token, (character) => bytesOfCharacters.get(character));
    for (const byte of spelled.includes(undefined) ? toUTF8(token) : (spelled as number[])) bytes.push(byte);
  }
  return decoder.decode(Uint8Array.from(bytes));
}

function makeByteCharacters(): string[] {
  let substitutes = 0;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : 0x100 + substitutes++);
  });
}
