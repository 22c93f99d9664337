// SPDX-License-Identifier: Apache-2.0
/** A file of text as bytes, of which only the part that is needed becomes strings. */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Without a byte order mark. @throws InvalidArgumentError if there is no such file */
export async function readTextFile(place: string): Promise<Uint8Array> {
  if ((await dataFiles.kindOf(place)) !== 'file')
    throw new InvalidArgumentError(`There is no file '${place}'.`);
  const bytes = await dataFiles.read(place);
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return hasMark ? bytes.subarray(3) : bytes;
}

/** @throws for what is not UTF-8 */
export function textOf(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw new Error('it is not UTF-8 text');
  }
}

/** @throws InvalidArgumentError for what is not JSON */
export function parseJSON(bytes: Uint8Array, place: string): unknown {
  try {
    return JSON.parse(textOf(bytes));
  } catch (error) {
    throw new InvalidArgumentError(`${place} cannot be read: ${(error as Error).message}.`, { cause: error });
  }
}
