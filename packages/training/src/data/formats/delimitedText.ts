// SPDX-License-Identifier: Apache-2.0
/**
 * CSV as RFC 4180 has it, with any separator. A quote opens a field only where the field begins, so that `5" pipe` needs no
 * quotes. A record ends at a newline outside quotes, with or without a carriage return.
 */

const NEWLINE = 0x0a;
const QUOTE = 0x22;

/**
 * Where the record that starts at `start` ends: at its newline, or at the end of the file.
 *
 * @returns null if a quote opens and never closes
 */
export function endOfRecord(bytes: Uint8Array, start: number, separator: number): number | null {
  let isFieldStart = true;
  for (let at = start; at < bytes.length; at++) {
    if (isFieldStart && bytes[at] === QUOTE) {
      const close = closingQuote(bytes, at + 1);
      if (close === null) return null;
      at = close;
      isFieldStart = false;
    } else if (bytes[at] === NEWLINE) return at;
    else isFieldStart = bytes[at] === separator;
  }
  return bytes.length;
}

function closingQuote(bytes: Uint8Array, start: number): number | null {
  for (let at = bytes.indexOf(QUOTE, start); at >= 0; at = bytes.indexOf(QUOTE, at + 2)) {
    if (bytes[at + 1] !== QUOTE) return at;
  }
  return null;
}

/** @throws for a quoted field that goes on after its closing quote */
export function fieldsOf(record: string, separator: string): string[] {
  const text = record.endsWith('\r') ? record.slice(0, -1) : record;
  const fields: string[] = [];
  for (let start = 0; start <= text.length; ) {
    const [field, end] = text[start] === '"' ? quoted(text, start) : plain(text, start, separator);
    if (end < text.length && text[end] !== separator) {
      throw new Error(`text follows a closing quote: ${text.slice(end - 1, end + 10)}`);
    }
    fields.push(field);
    start = end + 1;
  }
  return fields;
}

function plain(text: string, start: number, separator: string): [string, number] {
  const end = text.indexOf(separator, start);
  return end < 0 ? [text.slice(start), text.length] : [text.slice(start, end), end];
}

function quoted(text: string, start: number): [string, number] {
  let end = text.indexOf('"', start + 1);
  while (text[end + 1] === '"') end = text.indexOf('"', end + 2);
  return [text.slice(start + 1, end).replaceAll('""', '"'), end + 1];
}
