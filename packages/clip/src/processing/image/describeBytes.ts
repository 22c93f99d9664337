// SPDX-License-Identifier: Apache-2.0
/** For error messages: what a file that is no picture looks like. */
import { startsWith } from './byteReader.js';

const SHOWN = 12;

/** What some other kinds of file begin with. */
const OTHERS: [string, string][] = [
  ['%PDF', 'a PDF'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['\x00\x00\x01\x00', 'a Windows icon'],
  ['8BPS', 'a Photoshop document'],
  ['II+\0', 'a BigTIFF'],
  ['MM\0+', 'a BigTIFF'],
  ['\xff\x0a', 'JPEG XL'],
  ['\x00\x00\x00\x0cJXL', 'JPEG XL'],
  ['\x00\x00\x00\x0cjP', 'JPEG 2000'],
  ['qoif', 'QOI'],
];

/** A sentence: the first bytes, as hexadecimal and as text, and what they are the mark of. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'it is empty.';
  const first = [...bytes.subarray(0, SHOWN)];
  const hex = first.map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
  const text = first.map((byte) => (byte >= 32 && byte < 127 ? String.fromCharCode(byte) : '.')).join('');
  const kind = kindOf(bytes);
  return `it begins with ${hex} ("${text}")${kind ? `, which looks like ${kind}` : ''}.`;
}

function kindOf(bytes: Uint8Array): string | null {
  const beginning = new TextDecoder('latin1').decode(bytes.subarray(0, 256)).trimStart().toLowerCase();
  if (beginning.startsWith('<svg') || beginning.includes('<svg')) return 'SVG';
  if (beginning.startsWith('<!doctype') || beginning.startsWith('<html')) return 'a web page';
  if (beginning.startsWith('{') || beginning.startsWith('[')) return 'JSON';
  if (startsWith(bytes, 'ftyp', 4)) return /heic|heix|hevc/.test(beginning.slice(8, 12)) ? 'HEIC' : 'a video';
  return OTHERS.find(([mark]) => startsWith(bytes, mark))?.[1] ?? null;
}
