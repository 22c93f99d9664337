// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip classify` as a user runs it, against the probabilities that transformers gives. */
import { copyFileSync, cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { bin, resultOf, root, start, temporaryFolder, tfjsClip } from './command.js';

const fixtures = path.join(root, 'test/fixtures/browser');
const python: { labels: string[]; scores: Record<string, number[]> } = JSON.parse(
  readFileSync(path.join(fixtures, 'scores.json'), 'utf8'),
);
const pictures = ['sun.png', 'heart.jpg', 'house.webp']; // Of the first and the last, the background is transparent.
const threeLabels = ['-l', 'the sun,an apple,a house'];
const classify = (...args: string[]) => tfjsClip(['classify', '-b', 'wasm', ...args], { cwd: fixtures });

describe('--json', () => {
  it("is one document, with Python's probabilities", async () => {
    const { stdout, ...rest } = await classify(...pictures, '--json', '--labels', python.labels.join());
    expect(rest).toEqual({ exitCode: 0, signal: null, stderr: 'backend: wasm\n' });
    const document = JSON.parse(stdout);
    expect(document).toEqual({
      model: 'emoji-clip',
      backend: 'wasm',
      template: 'This is a photo of {}.',
      pictures: pictures.map((picture) => ({ picture, labels: expect.any(Array) })),
    });
    for (const { picture, labels } of document.pictures) {
      const scores = labels.map(({ score }: { score: number }) => score);
      expect(scores).toEqual([...scores].sort((a, b) => b - a));
      const byLabel = new Map(
        labels.map(({ label, score }: { label: string; score: number }) => [label, score]),
      );
      expect(byLabel.size).toBe(python.labels.length);
      const ours = python.labels.map((label) => byLabel.get(label) as number);
      await expect(ours).toBeCloseToTensor(python.scores[picture], 1e-5);
    }
  });

  it('tells of pictures that cannot be read, after the others', async () => {
    const { exitCode, stdout } = await classify(
      'gone.png',
      'scores.json',
      'sun.png',
      ...threeLabels,
      '--json',
    );
    expect(exitCode).toBe(1);
    expect(JSON.parse(stdout).pictures).toEqual([
      { picture: 'sun.png', labels: expect.any(Array) },
      { picture: 'gone.png', error: "There is no file or folder 'gone.png'." },
      { picture: 'scores.json', error: expect.stringContaining('scores.json is not a picture') },
    ]);
  });
});

describe('bars', () => {
  it('fill the width, likeliest label first, without colours in a pipe', async () => {
    const args = ['classify', '-b', 'wasm', 'sun.png', 'house.webp', '-n', '2', '-l', python.labels.join()];
    const { stdout } = await tfjsClip(args, { cwd: fixtures, env: { COLUMNS: '50' } });
    expect(stdout).toBe(
      [
        'sun.png',
        '  the sun   █████████████████████████▍       82.0%',
        '  an apple  █████▌                           17.7%',
        'house.webp',
        '  a house     █████████████████████████▍     87.6%',
        '  a building  ██▏                             7.2%',
        '',
      ].join('\n'),
    );
  });

  it('end quietly when nobody reads on', async () => {
    const line = `"${process.execPath}" "${bin}" classify sun.png house.webp -l sun,house -b wasm | head -n 1`;
    const child = start('bash', ['-o', 'pipefail', '-c', line], { cwd: fixtures });
    expect(await resultOf(child)).toEqual({
      exitCode: 0,
      signal: null,
      stdout: 'sun.png\n',
      stderr: 'backend: wasm\n',
    });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux.each([
    [{}, true],
    [{ NO_COLOR: '1' }, false],
  ])('are coloured on a terminal, unless told otherwise: %j', async (env, colored) => {
    const line = `stty cols 40; "${process.execPath}" "${bin}" classify sun.png -l sun,house -b wasm -n 1`;
    const child = start('script', ['-qec', line, '/dev/null'], {
      cwd: fixtures,
      env: { TERM: 'xterm', ...env },
    });
    const { exitCode, stdout } = await resultOf(child);
    expect(exitCode).toBe(0);
    expect(stdout.includes('\u001b[32m█')).toBe(colored);
    const plain = stdout.replaceAll(/\u001b\[\d+m/g, '').replaceAll('\r', '');
    expect(plain.split('\n')[2]).toHaveLength(40);
  });
});

describe('where pictures come from', () => {
  const folder = temporaryFolder();
  const sun = path.join(fixtures, 'sun.png');

  it('a folder: its pictures by name, not its other files', async () => {
    copyFileSync(path.join(fixtures, 'heart.jpg'), path.join(folder, 'b.JPG'));
    copyFileSync(sun, path.join(folder, 'a.png'));
    writeFileSync(path.join(folder, 'c.png'), readFileSync(sun).subarray(0, 1500));
    writeFileSync(path.join(folder, 'notes.txt'), 'no picture');
    writeFileSync(path.join(folder, '._a.png'), 'what other systems leave lying about');
    const { exitCode, stdout, stderr } = await classify(folder, ...threeLabels, '--json');
    expect(exitCode).toBe(1);
    const names = JSON.parse(stdout).pictures.map(({ picture }: { picture: string }) => picture);
    expect(names).toEqual(['a.png', 'b.JPG', 'c.png'].map((name) => path.join(folder, name)));
    expect(stderr).toContain(`tfjs-clip: ${folder}/c.png is a broken PNG file: `);
    expect(stderr).toMatch(/\ntfjs-clip: 1 of 3 could not be read\.\n$/);
  });

  it('a strip that would become too large for memory: said with its name, and the others done', async () => {
    const strip = path.join(folder, 'strip.bmp');
    writeFileSync(strip, blackStrip(90_000));
    const args = [sun, strip, path.join(fixtures, 'house.webp'), ...threeLabels, '--quiet'];
    const { exitCode, stdout, stderr } = await classify(...args);
    expect(exitCode).toBe(1);
    expect(stdout.match(/^\S+/gm)).toEqual([sun, path.join(fixtures, 'house.webp')]);
    expect(stderr).toBe(
      `tfjs-clip: ${strip}: A picture 90000 pixels wide and 1 high would be resized to 4320000 × 48, 207360000 ` +
        'pixels; the limit is 178956970. Crop it first.\n' +
        'tfjs-clip: 1 of 3 could not be read.\n',
    );
    expect((await tfjsClip(['embed', ...args.slice(0, 3), '-b', 'wasm', '-q'])).stderr).toBe(stderr);
  });

  it('standard input', async () => {
    const args = ['classify', '-', '--json', '-l', python.labels.join(), '-b', 'wasm', '--quiet'];
    const { stdout, stderr } = await tfjsClip(args, { stdin: readFileSync(sun) });
    const [{ picture, labels }] = JSON.parse(stdout).pictures;
    expect([picture, labels[0].label, stderr]).toEqual(['-', 'the sun', '']);
    expect(labels[0].score).toBeCloseTo(python.scores['sun.png'][0], 5);
  });

  it('standard input, once and with a picture in it', async () => {
    const args = ['-', '-l', 'a,b', '-b', 'wasm', '-q'];
    expect(await tfjsClip(['classify', '-', ...args])).toMatchObject({
      exitCode: 2,
      stderr: 'tfjs-clip: - stands for standard input, which can be read only once.\n',
    });
    expect((await tfjsClip(['classify', ...args])).stderr).toContain(
      'tfjs-clip: Standard input is not a picture that can be read: it is empty.',
    );
  });

  it('nowhere: said before anything slow is loaded', async () => {
    const empty = path.join(folder, 'empty');
    mkdirSync(empty);
    expect(await classify('gone.png', empty, ...threeLabels)).toEqual({
      exitCode: 1,
      signal: null,
      stdout: '',
      stderr: [
        "tfjs-clip: There is no file or folder 'gone.png'.",
        `tfjs-clip: The folder ${empty} holds no pictures (.png .jpg .jpeg .webp .gif .bmp .tif .tiff .avif).`,
        'tfjs-clip: There is no picture to read.',
        '',
      ].join('\n'),
    });
  });

  it('one alone that cannot be read: said once', async () => {
    const broken = path.join(folder, 'broken.png');
    writeFileSync(broken, 'no picture');
    for (const [picture, message] of [
      ['gone.png', "There is no file or folder 'gone.png'."],
      [broken, `${broken} is not a picture that can be read: `],
    ]) {
      const { exitCode, stderr } = await classify(picture, ...threeLabels, '--quiet');
      expect([exitCode, stderr.split('\n').length]).toEqual([1, 2]);
      expect(stderr).toContain(`tfjs-clip: ${message}`);
    }
  });
});

describe('models', () => {
  const folder = temporaryFolder();
  const copyOfModel = (name: string) => {
    const copy = path.join(folder, name);
    cpSync(path.join(root, 'packages/emoji-clip'), copy, { recursive: true });
    return copy;
  };

  it.each([
    ['a folder that is not there', 'no/such/folder/at/all', "There is no model 'no/such/folder/at/all': "],
    ['a file', 'scores.json', 'scores.json is no file of weights; give one, or the folder that holds'],
    ['a folder without a model', '.', '. has no '],
  ])('%s is none', async (_, model, message) => {
    const { exitCode, stdout, stderr } = await classify('sun.png', ...threeLabels, '-m', model);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toContain(`tfjs-clip: ${message}`);
  });

  it('with a truncated checkpoint are refused', async () => {
    const model = copyOfModel('truncated');
    const weights = path.join(model, 'model.safetensors');
    writeFileSync(weights, readFileSync(weights).subarray(0, 100_000));
    const { exitCode, stdout, stderr } = await classify('sun.png', ...threeLabels, '-m', model);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/\ntfjs-clip: .*model\.safetensors is truncated: .*\n$/);
  });

  it('that drop transparency are warned of, once', async () => {
    const model = copyOfModel('without-background');
    const file = path.join(model, 'preprocessor_config.json');
    const { alpha_background, ...config } = JSON.parse(readFileSync(file, 'utf8'));
    writeFileSync(file, JSON.stringify(config));
    const args = ['sun.png', 'house.webp', ...threeLabels, '-m', model, '--json'];
    const dropped = await classify(...args);
    expect(dropped.stderr).toBe(
      'backend: wasm\nwarning: sun.png has transparent pixels. This model drops transparency, so that whatever ' +
        "colours lie beneath become the background. --alpha-background '#ffffff' puts such pictures on white.\n",
    );
    const onWhite = await classify(...args, '--alpha-background', '#fff');
    expect(onWhite.stderr).toBe('backend: wasm\n');
    const usual = await classify(...args.slice(0, 4), '--json');
    expect(JSON.parse(onWhite.stdout).pictures).toEqual(JSON.parse(usual.stdout).pictures);
    expect(JSON.parse(dropped.stdout).pictures).not.toEqual(JSON.parse(usual.stdout).pictures);
  });

  it('refuse long texts, unless these may be cut', async () => {
    const long = `the sun ${'very '.repeat(20)}high`;
    const refused = await classify('sun.png', '-l', long);
    expect(refused).toMatchObject({ exitCode: 1, stdout: '' });
    expect(refused.stderr).toMatch(/, but this model reads 16; .* Here that is --truncation\.\n$/);
    expect((await classify('sun.png', '-l', long, '--truncation')).stdout).toContain('100.0%');
  });
});

/** A BMP, 24 bits a pixel, one row. */
function blackStrip(width: number): Uint8Array {
  const bytes = Buffer.alloc(54 + Math.ceil((width * 3) / 4) * 4);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}
