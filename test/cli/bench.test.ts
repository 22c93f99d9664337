// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip bench` as a user runs it. What it measures is tested beside its source. */
import { existsSync } from 'node:fs';
import { modelFolder } from '../harness/fixture.js';
import { tfjsClip } from './command.js';

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
const bench = (...args: string[]) => tfjsClip(['bench', '--seconds', '0', ...args]);
const tiny = ['--model', modelFolder('clip-quick-gelu'), '--backend', 'cpu', '--batch', '1', '--profile'];
const itOnWebGPU = existsSync(swiftShader) || process.env.CI ? it : it.skip;

const NUMBER = String.raw`[\d,.]+`;
const line = (tower: string, batch: number, noun: string) =>
  String.raw`${tower} +${batch} +${NUMBER} ${noun} +${NUMBER} +${NUMBER} to ${NUMBER} +${NUMBER} ms +${NUMBER}\n`;

it('measures both towers at each batch size', async () => {
  const { exitCode, stdout, stderr } = await bench('--backend', 'wasm', '--batch', '1,3');
  expect([exitCode, stderr]).toEqual([0, 'backend: wasm\n']);
  const lines = [
    'tower +batch +a second +ms a call +half of them +first call +GFLOP/s\n',
    line('vision', 1, 'pictures'),
    line('vision', 3, 'pictures'),
    line('text', 1, 'texts'),
    line('text', 3, 'texts'),
  ];
  expect(stdout).toMatch(new RegExp(`^${lines.join('')}$`));
});

it('--profile: what a call is made of, as a table', async () => {
  const { exitCode, stdout, stderr } = await bench(...tiny, '-q');
  expect([exitCode, stderr]).toEqual([0, '']);
  const [, vision, text] = stdout.split('\n\n');
  expect(vision).toMatch(/^vision tower, batch 1\noperation +calls +written +µs\n/);
  expect(vision).toMatch(/\nSoftmax +3 +6\.0 kB +/); // 3 blocks, 5 heads, 10 × 10 floats
  expect(text).toMatch(/\nSoftmax +2 +2\.4 kB +/); // 2 blocks, 3 heads, 10 × 10 floats
  expect(text).toMatch(/\nall +\d+ +[\d.]+ kB +[\d,]+\n$/);
});

it('--profile --json: the same as one document', async () => {
  const { stdout } = await bench(...tiny, '--json');
  const { model, backend, measurements } = JSON.parse(stdout);
  expect([model, backend]).toEqual([modelFolder('clip-quick-gelu'), 'cpu']);
  const [vision, text] = measurements;
  expect([vision.tower, vision.batch, text.tower, text.batch]).toEqual(['vision', 1, 'text', 1]);
  const softmax = vision.operations.find(({ name }: { name: string }) => name === 'Softmax');
  expect(softmax).toMatchObject({ calls: 3, bytes: 4 * 3 * 5 * 10 * 10 });
  expect(vision.perSecond).toBeCloseTo(1000 / vision.milliseconds.median, 6);
});

itOnWebGPU('--profile on webgpu: dispatches by program, and the adapter', async () => {
  const args = ['--model', modelFolder('clip-quick-gelu'), '--backend', 'webgpu', '--batch', '1'];
  const { exitCode, stdout } = await tfjsClip(['bench', '--seconds', '0', '--profile', '--json', ...args], {
    env: { VK_ICD_FILENAMES: swiftShader },
  });
  expect(exitCode).toBe(0);
  const { adapter, measurements } = JSON.parse(stdout);
  expect(adapter).toMatch(/swiftshader/i);
  const counts = Object.fromEntries(
    measurements[0].operations.map(({ name, calls }: { name: string; calls: number }) => [name, calls]),
  );
  expect(counts).toMatchObject({ PatchEmbedding: 1, QueryKeyValue: 3, Attention: 3 });
  for (const { microseconds } of measurements[0].operations) expect(microseconds).not.toBeNull();
});

const more = '\nAdd --help to see what is possible.\n';

it.each([
  [
    '--batch 1,,8',
    "option '--batch <sizes>' argument '1,,8' is invalid. Give whole numbers of at least 1, separated by commas: 1,8.",
  ],
  [
    '--seconds soon',
    "option '--seconds <count>' argument 'soon' is invalid. Give a number of seconds, such as 2 or 0.5.",
  ],
  [
    '--architecture vit-b-31',
    "option '--architecture <name>' argument 'vit-b-31' is invalid. There are vit-b-32, vit-b-16, vit-l-14, vit-l-14-336.",
  ],
  [
    '--architecture vit-b-32 --model emoji-clip',
    "option '--architecture <name>' cannot be used with option '-m, --model <id>'",
  ],
])('bench %s is a mistake: exit code 2', async (line, message) => {
  expect(await tfjsClip(['bench', ...line.split(' ')])).toEqual({
    exitCode: 2,
    signal: null,
    stdout: '',
    stderr: `tfjs-clip: ${message}${more}`,
  });
});

it('a model that is not there is said so: exit code 1', async () => {
  const { exitCode, stdout, stderr } = await bench('--model', './no-such-model', '--backend', 'cpu', '-q');
  expect([exitCode, stdout]).toEqual([1, '']);
  expect(stderr).toContain('no-such-model');
});
