// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip compare` as a user runs it, against what transformers gives for weights rounded in numpy. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { root, temporaryFolder, tfjsClip } from './command.js';

const FIXTURES = path.join(root, 'test/fixtures');
const cwd = path.join(FIXTURES, 'images');
const python = JSON.parse(readFileSync(path.join(FIXTURES, 'compression/expected.json'), 'utf8'));
const labels = python.texts.flatMap((text: string) => ['--label', text]);
const compare = (...args: string[]) => tfjsClip(['compare', ...args, '-b', 'wasm'], { cwd });
/** wasm sums in another order, and the pictures are batched. */
const DIGITS = 6;

it('gives the figures of Python as JSON, for what convert writes', async () => {
  const { exitCode, stdout, stderr } = await compare(...python.images, ...labels, '-t', '{}', '--json', '-q');
  expect([exitCode, stderr]).toEqual([0, '']);
  const { compressed, ...header } = JSON.parse(stdout);
  const counts = { pictures: python.images.length, labels: python.texts.length };
  expect(header).toEqual({
    ...{ model: 'emoji-clip', backend: 'wasm', template: '{}', ...counts },
    ...{ float32: { bytes: 7_342_332 }, failures: [] },
  });
  const names = compressed.map(({ dtype }: { dtype: string }) => dtype);
  expect(names).toEqual(['float16', 'bfloat16', 'int8', 'int4']);
  for (const [i, { pictures, labels, sameLabel }] of compressed.entries()) {
    const { images, texts, top1Agreement } = python.compressed[i];
    expect(pictures.mean).toBeCloseTo(images.mean, DIGITS);
    expect(pictures.least).toBeCloseTo(images.min, DIGITS);
    expect(labels.mean).toBeCloseTo(texts.mean, DIGITS);
    expect(labels.least).toBeCloseTo(texts.min, DIGITS);
    expect(sameLabel).toBeCloseTo(top1Agreement * counts.pictures, 9);
  }
});

describe('the size that it foretells', () => {
  const folder = temporaryFolder();

  it('is that of the file which convert writes', async () => {
    const small = path.join(folder, 'int8');
    await tfjsClip(['convert', 'emoji-clip', small, '--to', 'hf', '--dtype', 'int8', '-q']);
    const { stdout } = await compare('emoji/pizza.png', '-l', 'pizza,dog', '--dtype', 'int8', '--json', '-q');
    const [{ bytes }] = JSON.parse(stdout).compressed;
    expect(bytes).toBe(readFileSync(path.join(small, 'model.safetensors')).length);
  });
});

it('compares on what can be read, standard input too: exit code 1', async () => {
  const stdin = readFileSync(path.join(cwd, 'emoji/pizza.png'));
  const args = ['compare', '-', 'gone.png', '-l', 'pizza,dog', '--dtype', 'float16', '-b', 'wasm', '-q'];
  expect(await tfjsClip(args, { cwd, stdin })).toEqual({
    exitCode: 1,
    signal: null,
    stdout:
      'stored as    size  pictures: mean, least  labels: mean, least  same label\n' +
      'float32    7.3 MB\n' +
      'float16    3.7 MB     1.000000  1.000000   1.000000  1.000000      1 of 1\n',
    stderr: "tfjs-clip: There is no file or folder 'gone.png'.\ntfjs-clip: 1 of 2 could not be read.\n",
  });
});

it('a label beyond the context: exit code 1, and --truncation cuts it', async () => {
  const args = ['emoji/pizza.png', '--label', 'pizza '.repeat(20), '--label', 'dog', '--dtype', 'int8', '-q'];
  const { exitCode, stdout, stderr } = await compare(...args);
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/ but this model reads 16; .* Here that is --truncation\.\n$/);
  expect((await compare(...args, '--truncation')).exitCode).toBe(0);
});
