// SPDX-License-Identifier: Apache-2.0
/** Files made by hand for tests: any header, valid or not, over any data. */
import { SafetensorsError } from '../src/errors.js';
import { SafetensorsReader } from '../src/reader.js';
import { memorySource } from '../src/source.js';

/** `header`: text as it stands, or raw bytes. `data`: bytes, or that many zeros. `length`: what the first 8 bytes say. */
export function rawFile(
  header: string | Uint8Array,
  data: Uint8Array | number = 0,
  length?: bigint,
): Uint8Array {
  const json = typeof header === 'string' ? new TextEncoder().encode(header) : header;
  const tail = typeof data === 'number' ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + json.length + tail.length);
  new DataView(file.buffer).setBigUint64(0, length ?? BigInt(json.length), true);
  file.set(json, 8);
  file.set(tail, 8 + json.length);
  return file;
}

/** A file of one tensor named 't' whose entry is given as JSON text. */
export function oneTensor(entry: string, data: Uint8Array | number = 0): Uint8Array {
  return rawFile(`{"t":${entry}}`, data);
}

export function openBytes(bytes: Uint8Array): Promise<SafetensorsReader> {
  return SafetensorsReader.open(memorySource(bytes, 'x.safetensors'));
}

/** What a step is refused with; anything that is not a SafetensorsError fails the test. */
export async function refusal(step: Promise<unknown> | (() => unknown)): Promise<SafetensorsError> {
  try {
    await (typeof step === 'function' ? step() : step);
  } catch (error) {
    if (error instanceof SafetensorsError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

/** The file is refused with this code and exactly this sentence. */
export async function expectRefusal(bytes: Uint8Array, code: string, sentence: string): Promise<void> {
  const error = await refusal(openBytes(bytes));
  expect(error.code).toBe(code);
  expect(error.message).toBe(sentence);
}
