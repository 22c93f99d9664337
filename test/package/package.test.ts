// SPDX-License-Identifier: Apache-2.0
/** What npm would publish, installed: its files, its types, and programs that import and require it. */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Installation, type PublishedPackage, root } from './installation.js';

const pictures = path.join(root, 'test/fixtures/browser');
const python = JSON.parse(readFileSync(path.join(pictures, 'scores.json'), 'utf8'));
const labels: string[] = python.labels;
const files = ['sun.png', 'heart.jpg', 'house.webp'];

/** What each package publishes beside its dist. */
const beside: Record<string, string[]> = {
  'tfjs-clip': [],
  '@tfjs-clip/cli': ['bin/tfjs-clip.js'],
  '@tfjs-clip/safetensors': ['FORMAT.md'],
  '@tfjs-clip/node-kernels': [],
  '@tfjs-clip/wasm-kernels': [],
  '@tfjs-clip/webgpu-kernels': [],
  '@tfjs-clip/training': [],
  '@tfjs-clip/weights-converter': [],
  '@tfjs-clip/emoji-clip': [
    'MODEL_CARD.md',
    'config.json',
    'heldout-concepts.json',
    'index.d.ts',
    'index.js',
    'merges.txt',
    'model.safetensors',
    'preprocessor_config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'vocab.json',
  ],
};

const registersOnly = ['@tfjs-clip/node-kernels'];

let project: Installation;

beforeAll(async () => {
  project = await Installation.create(['@tensorflow/tfjs', '@tensorflow/tfjs-backend-wasm']);
});

afterAll(() => project?.remove());

describe.each(Object.keys(beside))('%s', (name) => {
  const find = () => project.packages.find(({ manifest }) => manifest.name === name)!;

  it('publishes its licence, its README and what it is made of, and nothing else', () => {
    const published = find();
    const expected = ['LICENSE', 'README.md', 'package.json', ...beside[name], ...builtFrom(published)];
    expect(filesUnder(published.folder)).toEqual(expected.sort());
    const [licence, ours] = [published.folder, root].map((f) =>
      readFileSync(path.join(f, 'LICENSE'), 'utf8'),
    );
    expect(licence).toBe(ours);
  });
});

it('these are all the packages there are', () => {
  expect(project.packages.map(({ manifest }) => manifest.name).sort()).toEqual(Object.keys(beside).sort());
});

it('every entry gives import and require the same names', async () => {
  const entries = project.packages.flatMap(({ manifest }) =>
    Object.keys(manifest.exports)
      .filter((entry) => !/\*|\.json$/.test(entry))
      .map((entry) => manifest.name + entry.slice(1)),
  );
  expect(entries).toContain('tfjs-clip/ops');
  const names = JSON.parse(await project.node('names.mjs', ...entries));
  for (const entry of entries) {
    if (!registersOnly.includes(entry)) expect(names[entry].import.length).toBeGreaterThan(0);
    expect([entry, names[entry].require]).toEqual([entry, names[entry].import]);
  }
});

describe.each(['classify.mjs', 'classify.cjs'])('%s', (program) => {
  it("computes Python's scores, leaves no tensor, registers nothing and shares one tfjs", async () => {
    const paths = files.map((file) => path.join(pictures, file));
    const result = JSON.parse(await project.node(program, JSON.stringify(labels), ...paths));
    for (const [i, file] of files.entries()) {
      const scores = labels.map(
        (label) => result.scores[i].find((entry: { label: string }) => entry.label === label).score,
      );
      await expect(scores).toBeCloseToTensor(python.scores[file], 1e-4);
    }
    expect(result).toMatchObject({ tensors: 0, registered: 0 });
    expect(result.copies).toHaveLength(1);
  });
});

it.each(['import', 'require'])('training decodes in threads what it would here, by %s', async (way) => {
  const paths = files.map((file) => path.join(pictures, file));
  const { here, inThreads, broken, started } = JSON.parse(await project.node('decode.mjs', way, ...paths));
  expect(inThreads).toEqual(here);
  expect(here.map(([keys]: [string]) => keys)).toEqual([...['0,1,2', '4,5', '6'], ...['0,1,2', '4,5', '6']]);
  expect(broken).toEqual(['3', '3', '3', '3']);
  expect(started).toBe(4); // two for both epochs, and two for the batch of which no other was wanted
});

it('the command runs', async () => {
  const { manifest, folder } = project.packages.find(({ manifest }) => manifest.bin)!;
  const help = await project.node(path.join(folder, manifest.bin!['tfjs-clip']), '--help');
  expect(help).toContain('Usage: tfjs-clip');
});

describe('the types', () => {
  it('are right for import and require in Node', async () => {
    expect(await problemsOfOurs('nodenext', 'types.mts', 'types.cts')).toEqual([]);
  });

  it('are right for bundlers', async () => {
    expect(await problemsOfOurs('bundler', 'types.mts')).toEqual([]);
  });
});

/** Strict, with libraries checked and without the types of Node; tfjs's own declarations do not pass that. */
function problemsOfOurs(resolution: 'nodenext' | 'bundler', ...sources: string[]): Promise<string[]> {
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const module = resolution === 'bundler' ? 'esnext' : resolution;
  const flags = ['--ignoreConfig', '--noEmit', '--strict', '--target', 'es2022', '--module', module];
  const lists = ['--moduleResolution', resolution, '--lib', 'es2022,dom,dom.iterable', '--types', ''];
  return new Promise((done) => {
    execFile(
      process.execPath,
      [tsc, ...flags, ...lists, ...sources],
      { cwd: project.folder },
      (_error, output) => done(output.split('\n').filter((line) => /^(node_modules|types|error)/.test(line))),
    );
  });
}

function builtFrom({ source }: PublishedPackage): string[] {
  if (!readdirSync(source).includes('src')) return [];
  const modules = filesUnder(path.join(source, 'src'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length));
  const helpers = filesUnder(path.join(source, 'dist')).filter((file) => file.includes('_virtual/'));
  return [
    ...modules.flatMap((module) => [`dist/esm/${module}.js`, `dist/esm/${module}.d.ts`]),
    ...modules.flatMap((module) => [`dist/cjs/${module}.cjs`, `dist/cjs/${module}.d.cts`]),
    ...helpers.map((file) => `dist/${file}`),
  ];
}

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
