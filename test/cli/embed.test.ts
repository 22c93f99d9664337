// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip embed` as a user runs it: what it writes is read back, and makes the probabilities that transformers gives. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';
import { bin, resultOf, root, start, temporaryFolder, tfjsClip } from './command.js';

const fixtures = path.join(root, 'test/fixtures/browser');
const python: { labels: string[]; scores: Record<string, number[]> } = JSON.parse(
  readFileSync(path.join(fixtures, 'scores.json'), 'utf8'),
);
const pictures = ['sun.png', 'heart.jpg', 'house.webp'];
const folder = temporaryFolder();
const embed = (...args: string[]) => tfjsClip(['embed', '-b', 'wasm', ...args], { cwd: fixtures });

describe('vectors', () => {
  const npy = path.join(folder, 'pictures.npy');
  const jsonl = path.join(folder, 'pictures.jsonl');

  it('of pictures as .npy', async () => {
    expect(await embed(...pictures, '--normalize', '--out', npy)).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '',
      stderr: `backend: wasm\nwrote ${npy}: 3 × 128\n`,
    });
    for (const row of readNpy(npy)) expect(Math.hypot(...row)).toBeCloseTo(1, 5);
  });

  it('of pictures as JSON lines: the same float32', async () => {
    const { stderr } = await embed(...pictures, '--normalize', '--out', jsonl);
    expect(stderr).toBe(`backend: wasm\nwrote ${jsonl}: 3 × 128\n`);
    const lines = readLines(readFileSync(jsonl, 'utf8'));
    expect(lines.map(({ picture }) => picture)).toEqual(pictures);
    expect(lines.map(({ embedding }) => embedding.map(Math.fround))).toEqual(readNpy(npy));
  });

  it("of texts, in the pictures' space: cosines make Python's probabilities", async () => {
    const texts = python.labels.map((label) => `This is a photo of ${label}.`);
    const { exitCode, stdout } = await embed('--normalize', '--text', ...texts);
    const lines = readLines(stdout);
    expect([exitCode, lines.map(({ text }) => text)]).toEqual([0, texts]);
    const scale = Math.exp(await logitScale());
    for (const [i, vector] of readNpy(npy).entries()) {
      const logits = lines.map(({ embedding }) => scale * dot(vector, embedding));
      await expect(softmax(logits)).toBeCloseToTensor(python.scores[pictures[i]], 1e-5);
    }
  });

  it('as one JSON document, as long as the model makes them', async () => {
    const { exitCode, stdout, stderr } = await embed('--json', 'sun.png', 'gone.png', '--quiet');
    expect([exitCode, stderr]).toEqual([
      1,
      "tfjs-clip: There is no file or folder 'gone.png'.\ntfjs-clip: 1 of 2 could not be read.\n",
    ]);
    const { embeddings, ...header } = JSON.parse(stdout);
    expect(header).toEqual({ model: 'emoji-clip', backend: 'wasm', normalized: false });
    expect(embeddings).toEqual([
      { picture: 'sun.png', embedding: expect.any(Array) },
      { picture: 'gone.png', error: "There is no file or folder 'gone.png'." },
    ]);
    expect(Math.hypot(...embeddings[0].embedding)).toBeGreaterThan(2);
  });

  it('end quietly when nobody reads on', async () => {
    const line = `"${process.execPath}" "${bin}" embed sun.png house.webp -b wasm -q | head -c 20`;
    const child = start('bash', ['-o', 'pipefail', '-c', line], { cwd: fixtures });
    expect(await resultOf(child)).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '{"picture":"sun.png"',
      stderr: '',
    });
  });
});

describe('--out', () => {
  it('keeps an old .npy when a picture cannot be read: its rows would not match', async () => {
    const out = path.join(folder, 'old.npy');
    writeFileSync(out, 'old');
    const { exitCode, stderr } = await embed('sun.png', 'scores.json', '-o', out);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/\ntfjs-clip: 1 of 2 could not be read, so .*old\.npy was not written\.\n$/);
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  it('writes the lines of those that can be read', async () => {
    const out = path.join(folder, 'some.jsonl');
    expect((await embed('sun.png', 'scores.json', '-o', out)).exitCode).toBe(1);
    expect(readLines(readFileSync(out, 'utf8')).map(({ picture }) => picture)).toEqual(['sun.png']);
  });

  it('is no folder', async () => {
    const out = path.join(folder, 'folder.npy');
    mkdirSync(out);
    expect(await embed('sun.png', '-o', out)).toMatchObject({
      exitCode: 2,
      stderr: `tfjs-clip: --out ${out}: that is a folder; give the name of a file.\n`,
    });
  });
});

describe('an interrupt', () => {
  const interrupted = path.join(folder, 'interrupted');
  const out = path.join(interrupted, 'vectors.npy');
  beforeAll(() => {
    mkdirSync(interrupted);
    writeFileSync(out, 'old');
  });
  afterEach(() => {
    expect(readdirSync(interrupted)).toEqual(['vectors.npy']);
    expect(readFileSync(out, 'utf8')).toBe('old');
  });

  it('while it computes leaves nothing behind', async () => {
    const many = Array(200).fill('sun.png');
    const child = start(process.execPath, [bin, 'embed', '-b', 'wasm', '-o', out, ...many], {
      cwd: fixtures,
    });
    child.stderr!.once('data', () => setTimeout(() => child.kill('SIGINT'), 300)); // It has named its backend.
    expect(await resultOf(child)).toMatchObject({ exitCode: null, signal: 'SIGINT', stdout: '' });
  });

  it('while it writes leaves nothing behind', async () => {
    const script = `
      import { readdirSync } from 'node:fs';
      import { writeAtomically } from '${path.join(root, 'packages/cli/dist/esm/atomicWrite.js')}';
      writeAtomically('vectors.npy', new Uint8Array(2 ** 28));
      while (!readdirSync('.').some((file) => file.endsWith('.tmp'))) await new Promise(setImmediate);
      console.log('writing');
      process.kill(process.pid, 'SIGINT');`;
    const child = start(process.execPath, ['--input-type=module', '-e', script], { cwd: interrupted });
    expect(await resultOf(child)).toEqual({
      exitCode: null,
      signal: 'SIGINT',
      stdout: 'writing\n',
      stderr: '',
    });
  });
});

interface Line {
  picture?: string;
  text?: string;
  embedding: number[];
}

function readLines(text: string): Line[] {
  expect(text.at(-1)).toBe('\n');
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The rows of a .npy, by numpy's description of the format. */
function readNpy(file: string): number[][] {
  const bytes = readFileSync(file);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\u0093NUMPY\u0001\u0000');
  const data = 10 + bytes.readUInt16LE(8);
  expect(data % 64).toBe(0);
  const header = bytes.subarray(10, data).toString('latin1');
  const match = /^\{'descr': '<f4', 'fortran_order': False, 'shape': \((\d+), (\d+)\), \} *\n$/.exec(header)!;
  const [rows, columns] = [Number(match[1]), Number(match[2])];
  expect(bytes.length).toBe(data + rows * columns * 4);
  const at = (row: number, column: number) => bytes.readFloatLE(data + (row * columns + column) * 4);
  return Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => at(i, j)));
}

async function logitScale(): Promise<number> {
  const source = await openSource(path.join(root, 'packages/emoji-clip/model.safetensors'));
  const reader = await SafetensorsReader.open(source);
  const [scale] = await reader.float32('logit_scale');
  await reader.close();
  return scale;
}

function dot(a: number[], b: number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function softmax(logits: number[]): number[] {
  const weights = logits.map((logit) => Math.exp(logit - Math.max(...logits)));
  const sum = weights.reduce((a, b) => a + b);
  return weights.map((weight) => weight / sum);
}
