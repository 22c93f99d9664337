// SPDX-License-Identifier: Apache-2.0
/** Seeded mutations of each format: read in full, or refused by one of our errors, within bounded time; nothing else happens. */
import { SafetensorsError } from '@tfjs-clip/safetensors';
import { memoryFiles } from '../testing/clipCheckpoint.js';
import { fixtureFile } from '../testing/fixtures.js';
import { WeightsConverterError } from './errors.js';
import { openCheckpoint } from './openCheckpoint.js';

const ROUNDS = 300;

/** mulberry32. */
function randomSource(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

/** Bytes that numbers and counts take when they lie. */
const LIES = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

function mutate(file: Uint8Array, random: (limit: number) => number): Uint8Array {
  const kind = random(10);
  if (kind === 0) return file.slice(0, random(file.length));
  if (kind === 1) {
    const [at, length] = [random(file.length), 1 + random(40)];
    return Uint8Array.from([...file.slice(0, at), ...file.slice(at + length)]);
  }
  const result = file.slice();
  for (let i = 0; i <= random(4); i++) {
    const at = random(file.length);
    const length = kind < 5 ? 1 + random(8) : 1;
    for (let j = at; j < Math.min(at + length, file.length); j++) {
      result[j] = random(2) ? LIES[random(LIES.length)] : random(256);
    }
  }
  return result;
}

async function outcome(bytes: Uint8Array, file: string): Promise<string> {
  try {
    const checkpoint = await openCheckpoint(memoryFiles({ [file]: bytes }), { file });
    for (const { shape, read } of checkpoint.tensors.values()) {
      const values = await read();
      expect(values).toHaveLength(shape.reduce((a, b) => a * b, 1));
    }
    return 'read';
  } catch (error) {
    if (error instanceof WeightsConverterError || error instanceof SafetensorsError) return error.code;
    throw error;
  }
}

it.each([
  ['odd', 'views.pt'],
  ['odd', 'protocol-4.pt'],
  ['openai-torchscript', 'ViT-tiny.pt'],
  ['odd', 'types.h5'],
  ['keras', 'tf_model.h5'],
  ['flax', 'flax_model.msgpack'],
])('%s/%s', async (folder, file) => {
  const whole = fixtureFile(folder, file);
  expect(await outcome(whole, file)).toBe('read');
  const counts = new Map<string, number>();
  for (let seed = 0; seed < ROUNDS; seed++) {
    const started = performance.now();
    const result = await outcome(mutate(whole.slice(), randomSource(seed)), file);
    expect(performance.now() - started).toBeLessThan(5000);
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
  // Both happen, and the refusals are of more than one kind.
  expect(counts.get('read')).toBeGreaterThan(0);
  expect(counts.size).toBeGreaterThan(2);
});
