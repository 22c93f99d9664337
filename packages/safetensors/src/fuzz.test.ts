// SPDX-License-Identifier: Apache-2.0
/** Seeded mutations of valid files: each is read in full, or refused with a SafetensorsError; nothing else ever happens. */
import { openBytes, rawFile } from '../testing/rawFile.js';
import { DTYPE_NAMES, DTYPES } from './dtypes.js';
import { SafetensorsError, type SafetensorsErrorCode } from './errors.js';
import { toSafetensorsBytes } from './writer.js';

const ROUNDS = 4000;

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

function validFile(): Promise<Uint8Array> {
  const tensors = DTYPE_NAMES.map((dtype, i) => {
    const data = new Uint8Array(DTYPES[dtype].bits).fill(0x5a);
    return { name: `t${i}`, dtype, shape: [4, 2], data };
  });
  return toSafetensorsBytes(tensors, { format: 'pt', note: 'é"' });
}

/** Reads everything that can be read; the code of the refusal, or 'read'. */
async function outcome(bytes: Uint8Array): Promise<SafetensorsErrorCode | 'read'> {
  try {
    const reader = await openBytes(bytes);
    let total = 0;
    for (const name of reader.names()) {
      const { byteLength, dtype } = reader.info(name);
      total += (await reader.data(name)).byteLength;
      expect((await reader.bytes(name)).length).toBe(byteLength);
      if (!/^(C64|F4|F6)/.test(dtype)) await reader.float32(name);
    }
    expect(total).toBeLessThan(bytes.length);
    return 'read';
  } catch (error) {
    if (error instanceof SafetensorsError) return error.code;
    throw error;
  }
}

async function outcomes(mutate: (file: Uint8Array, random: (limit: number) => number) => Uint8Array) {
  const file = await validFile();
  const counts = new Map<string, number>();
  for (let seed = 0; seed < ROUNDS; seed++) {
    const result = await outcome(mutate(file.slice(), randomSource(seed)));
    counts.set(result, (counts.get(result) ?? 0) + 1);
  }
  return counts;
}

it('the file that is mutated is valid', async () => {
  expect(await outcome(await validFile())).toBe('read');
});

it('bytes changed anywhere', async () => {
  const counts = await outcomes((file, random) => {
    for (let i = 0; i <= random(4); i++) file[random(file.length)] = random(256);
    return file;
  });
  expect(counts.get('read')).toBeGreaterThan(0);
  expect(counts.size).toBeGreaterThan(5);
});

it('files cut short, and files with bytes taken out or put in', async () => {
  const counts = await outcomes((file, random) => {
    const at = random(file.length);
    if (random(3) === 0) return file.slice(0, at);
    const taken = random(20);
    const given = Uint8Array.from({ length: random(20) }, () => random(256));
    return Uint8Array.from([...file.slice(0, at), ...given, ...file.slice(at + taken)]);
  });
  expect(counts.get('TRUNCATED')).toBeGreaterThan(0);
  expect(counts.get('INVALID_HEADER_LENGTH')).toBeGreaterThan(0);
});

it("the header's text scrambled, its length kept right", async () => {
  const tokens = [
    ...[
      '"',
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '-',
      '.',
      'e9',
      '0',
      '9'.repeat(20),
      '"dtype":"F4"',
      '\\u0000',
      '\\ud800',
    ],
    ...['"shape":[0]', '"data_offsets":[0,0]', '"__proto__"', '"__metadata__":{}', 'null', 'true', '[[[['],
  ];
  const counts = await outcomes((file, random) => {
    const length = Number(new DataView(file.buffer).getBigUint64(0, true));
    let json = new TextDecoder().decode(file.subarray(8, 8 + length));
    for (let i = 0; i <= random(3); i++) {
      const at = random(json.length);
      json = json.slice(0, at) + tokens[random(tokens.length)] + json.slice(at + random(6));
    }
    return rawFile(json, file.subarray(8 + length));
  });
  for (const code of ['INVALID_JSON', 'SIZE_MISMATCH', 'UNKNOWN_DTYPE', 'INVALID_TENSOR_ENTRY']) {
    expect(counts.get(code)).toBeGreaterThan(0);
  }
});

it('digits changed in shapes and offsets', async () => {
  const counts = await outcomes((file, random) => {
    const digits = [...file.keys()].filter((i) => i > 8 && file[i] >= 0x30 && file[i] <= 0x39);
    for (let i = 0; i <= random(2); i++) file[digits[random(digits.length)]] = 0x30 + random(10);
    return file;
  });
  for (const code of ['SIZE_MISMATCH', 'UNKNOWN_DTYPE', 'INVALID_OFFSETS']) {
    expect(counts.get(code)).toBeGreaterThan(0);
  }
});

it('pure noise', async () => {
  const counts = await outcomes((_, random) => {
    const noise = Uint8Array.from({ length: random(200) }, () => random(256));
    noise.fill(0, 1, Math.min(8, noise.length));
    return noise;
  });
  expect(counts.get('read')).toBeUndefined();
});
