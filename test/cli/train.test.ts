// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip train` as a user runs it: on eight pictures with their names. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { loadImage } from 'tfjs-clip';
import { bin, resultOf, root, start, temporaryFolder, tfjsClip } from './command.js';
import { describeInTerminal, inTerminal } from './pseudoTerminal.js';

const PICTURES = path.join(root, 'test/fixtures/images/emoji');
const cwd = temporaryFolder();
const dataset = path.join(cwd, 'captions.jsonl');
const quick = ['--batch-size', '4', '-b', 'wasm'];
const run = (...args: string[]) => tfjsClip(['train', ...args], { cwd });
const train = (folder: string, ...args: string[]) =>
  run('captions.jsonl', '--image-root', PICTURES, '-o', folder, ...quick, ...args);
const bytes = (...parts: string[]) => readFileSync(path.join(cwd, ...parts));
const evaluated = ['--epochs', '2', '--learning-rate', '1e-4', '--eval', 'captions.jsonl'];
const templates = '{"templates":["a {}","the {}","{}"]}';
const captions = ['--augment-captions', 'templates.json', '--extra-captions', 'extra.json'];

beforeAll(() => {
  const names = readdirSync(PICTURES).filter((name) => name.endsWith('.png'));
  const lines = names.map((filename) => JSON.stringify({ filename, captions: [path.parse(filename).name] }));
  writeFileSync(dataset, lines.join('\n'));
  writeFileSync(path.join(cwd, 'templates.json'), templates);
  const extra = { 'pizza.png': ['margherita', 'slice of pizza'], 'cat.png': 'kitten', 'gone.png': 'gone' };
  writeFileSync(path.join(cwd, 'extra.json'), JSON.stringify(extra));
});

describe('a run', () => {
  let result: Awaited<ReturnType<typeof train>>;
  beforeAll(async () => {
    result = await train('whole', ...evaluated, ...captions);
  });

  it('says what it found, what it does and how it went', () => {
    const { exitCode, stdout, stderr } = result;
    expect([exitCode, stdout]).toEqual([0, 'whole/model\n']);
    const found = `${dataset}: JSON lines, 8 records, pictures in 'filename', captions in 'captions'`;
    const [before, after] = [stderr.split('\n').slice(0, 8), stderr.split('\n').slice(8, -1)];
    expect(before).toEqual([
      `dataset: ${found}`,
      'model: emoji-clip, 1,832,449 parameters, which all learn',
      'backend: wasm',
      `captions: ${templates}`,
      `extra captions: ${path.join(cwd, 'extra.json')}: 3 of 4, for 2 pictures`,
      'left out: extra captions of pictures that the dataset lacks: gone.png',
      `evaluation: ${found}`,
      'run: 2 epochs of 2 batches of 4 pictures, into whole',
    ]);
    const recalls = /text to image R@1 [01]\.\d{3}, image to text R@1 [01]\.\d{3}, .*/.source;
    for (const epoch of [0, 1]) {
      const [evaluation, trained] = after.slice(2 * epoch);
      const step = 2 * epoch + 2;
      expect(evaluation).toMatch(RegExp(`^evaluation, step ${step}: mean recall [01]\\.\\d{3}, ${recalls}$`));
      const line = `^epoch ${epoch + 1}, step ${step}: loss \\d\\.\\d{3}, by guessing 1\\.386, [\\d.]+ pictures/s$`;
      expect(trained).toMatch(RegExp(line));
    }
    expect(after).toHaveLength(4);
  });

  it('leaves a model that the other commands take, logs and a report with pictures', async () => {
    const pizza = path.join(PICTURES, 'pizza.png');
    const flags = ['-l', 'pizza,rocket', '-m', 'whole/model', '-b', 'wasm', '--json', '-q'];
    const { stdout } = await tfjsClip(['classify', pizza, ...flags], { cwd });
    expect(JSON.parse(stdout).pictures[0].labels[0].label).toBe('pizza');
    const log = bytes('whole/log.jsonl')
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(log.map(({ step, metrics }) => (metrics ? 'evaluation' : step))).toEqual([
      ...[1, 2, 'evaluation', 3, 4, 'evaluation'],
    ]);
    const report = bytes('whole/report.html').toString();
    expect(report.match(/<img /g)).toHaveLength(8);
    expect(report).toContain('<tr><th scope="row">learningRate</th><td>0.0001</td></tr>');
  });

  it('ends at an interrupt with a checkpoint, and goes on to the same weights, to the byte', async () => {
    const args = [
      'train',
      'captions.jsonl',
      '--image-root',
      PICTURES,
      '-o',
      'broken',
      ...quick,
      ...evaluated,
      ...captions,
    ];
    const child = start(process.execPath, [bin, ...args], { cwd });
    let told = '';
    child.stderr!.on('data', (part) => {
      const before = told.includes('epoch 1');
      told += part;
      if (!before && told.includes('epoch 1')) child.kill('SIGINT');
    });
    const { signal, stderr } = await resultOf(child);
    expect(signal).toBe('SIGINT');
    const step = /stopped at step (\d)/.exec(stderr)?.[1];
    expect(stderr).toMatch(/\nstopping after this step; once more ends at once, without a checkpoint\n/);
    expect(stderr.split('\n').at(-2)).toBe(
      `stopped at step ${step}; go on with: tfjs-clip train --resume broken`,
    );
    expect(readdirSync(path.join(cwd, 'broken'))).toContain(`checkpoint-${step}`);

    writeFileSync(path.join(cwd, 'templates.json'), '{}'); // The run has what it said.
    const resumed = await run('--resume', 'broken', '--json');
    expect(resumed.stderr).toContain(`\ngoes on after step ${step}\n`);
    expect(JSON.parse(resumed.stdout)).toEqual({
      ...{ output: 'broken', model: 'emoji-clip', reason: 'finished', step: 4, epoch: 2 },
      best: { step: expect.any(Number), value: expect.any(Number) },
    });
    for (const file of ['model/model.safetensors', 'checkpoint-4/training_state.safetensors']) {
      expect(bytes('broken', file).equals(bytes('whole', file))).toBe(true);
    }
  });
});

it('trains a LoRA, whose changes are in the model and beside it; broken pictures are named and left out', async () => {
  writeFileSync(
    path.join(cwd, 'gone.jsonl'),
    `${bytes('captions.jsonl')}\n{"filename":"gone.png","captions":["gone"]}`,
  );
  const args = ['--train', 'lora:2', '--steps', '2', '--batch-size', '9', '-b', 'wasm'];
  const { exitCode, stderr } = await run('gone.jsonl', '--image-root', PICTURES, '-o', 'lora', ...args);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('model: emoji-clip, 1,838,593 parameters, of which 6,144 learn (lora:2)\n');
  expect(stderr.match(/left out: .*/g)).toEqual([
    `left out: gone.jsonl:9: there is no file 'gone.png' in ${PICTURES}`,
  ]);
  const config = JSON.parse(bytes('lora/model/adapter/adapter_config.json').toString());
  expect(config).toMatchObject({
    peft_type: 'LORA',
    r: 2,
    lora_alpha: 4,
    base_model_name_or_path: 'emoji-clip',
  });
  const original = readFileSync(path.join(root, 'packages/emoji-clip/model.safetensors'));
  expect(bytes('lora/model/model.safetensors').equals(original)).toBe(false);
});

const several = ['--captions', 'all', '--objective', 'multi-positive'];

it('begins with random weights where it is asked to: the loss is that of guessing', async () => {
  const { exitCode, stderr } = await train('random', '--random-weights', '--steps', '1', ...several);
  expect(exitCode).toBe(0);
  expect(stderr).toContain('model: emoji-clip, 1,832,449 parameters, random, which all learn\n');
  const { loss, lossOfGuessing } = JSON.parse(bytes('random/log.jsonl').toString());
  expect(Math.abs(loss - lossOfGuessing)).toBeLessThan(0.5);
});

it('only shows what the model would see, where that is asked for', async () => {
  const args = ['captions.jsonl', '--image-root', PICTURES, '--augment', 'emoji'];
  const { exitCode, stdout, stderr } = await run(...args, '--preview', 'what-it-sees.png');
  expect([exitCode, stdout]).toEqual([0, '']);
  expect(stderr).toMatch(/^dataset: .*\nwrote what-it-sees\.png\n$/);
  const { width, height } = await loadImage(bytes('what-it-sees.png'));
  expect(width).toBeGreaterThan(4 * 48);
  expect(height).toBeGreaterThan(8 * 48);
});

describeInTerminal('the line of a run', () => {
  it('is redrawn each step and gone at the end', async () => {
    const args = ['train', dataset, '--image-root', PICTURES, '-o', path.join(cwd, 'terminal'), ...quick];
    const { exitCode, stdout } = await inTerminal([...args, '--steps', '2'], {});
    expect(exitCode).toBe(0);
    expect(stdout).toContain('\r\u001b[Kstep 1 of 2 loss ');
    expect(stdout.split('\r\u001b[K').at(-1)).toMatch(
      /^epoch 1, step 2: .* pictures\/s\r\n.*terminal\/model\r\n$/,
    );
  });
});

it.each([
  ['train', 2, 'Nothing to train on. Name a dataset, such as captions.jsonl, or go on with --resume.'],
  ['train a.csv --preview a.jpg', 2, '--preview a.jpg: the name must end in .png.'],
  ['train a.csv --preview no/a.png', 2, '--preview no/a.png: there is no folder no.'],
  ['train a.csv -o a -b cpu', 1, "There is no file 'a.csv'."],
])('fails at %s; other mistakes are tested beside the command', async (line, exitCode, message) => {
  const result = await tfjsClip(line.split(' '), { cwd });
  expect(result).toEqual({ exitCode, signal: null, stdout: '', stderr: `tfjs-clip: ${message}\n` });
});
