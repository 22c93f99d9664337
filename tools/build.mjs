// SPDX-License-Identifier: Apache-2.0
/**
 * Builds every package that has a tsconfig.json: src/**.ts → dist/esm/*.js, dist/cjs/*.cjs, and types beside both. Its
 * AssemblyScript, if it has any, becomes source first (assembly.mjs).
 * Fails on a type error, and where a package.json promises a file that is not there.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';
import { compileAssembly } from './assembly.mjs';

const root = path.resolve(import.meta.dirname, '..');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const RELATIVE_IMPORT = /(\b(?:from|import)\b[ (]*['"]\.{1,2}\/[^'"]*)\.js(['"])/g;

for (const directory of inDependencyOrder()) {
  const started = performance.now();
  await buildPackage(directory);
  console.log(`built ${path.relative(root, directory)} in ${Math.round(performance.now() - started)} ms`);
}

async function buildPackage(directory) {
  rmSync(path.join(directory, 'dist'), { recursive: true, force: true });
  await compileAssembly(directory);
  const sources = filesUnder(path.join(directory, 'src')).filter(
    (f) => f.endsWith('.ts') && !f.endsWith('.test.ts'),
  );
  await emit(directory, sources, { format: 'esm', platform: 'neutral', extension: 'js' });
  await emit(directory, sources, { format: 'cjs', platform: 'node', extension: 'cjs' }); // node: import.meta.url
  emitTypes(directory);
  checkPromises(directory);
}

async function emit(directory, sources, { format, platform, extension }) {
  const bundle = await rolldown({
    cwd: directory,
    input: sources,
    platform,
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
    treeshake: false,
  });
  await bundle.write({
    dir: path.join(directory, 'dist', format),
    format,
    preserveModules: true,
    preserveModulesRoot: path.join(directory, 'src'),
    entryFileNames: `[name].${extension}`,
  });
  await bundle.close();
}

function emitTypes(directory) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', directory], { stdio: 'inherit' });
  if (status !== 0) process.exit(1); // tsc has said why.
  const esm = path.join(directory, 'dist/esm');
  for (const file of filesUnder(esm).filter((f) => f.endsWith('.d.ts'))) {
    const target = path.join(directory, 'dist/cjs', path.relative(esm, file)).replace(/\.d\.ts$/, '.d.cts');
    writeFileSync(target, readFileSync(file, 'utf8').replace(RELATIVE_IMPORT, '$1.cjs$2'));
  }
}

/** Every file that package.json names in exports, imports and bin must stand there. */
function checkPromises(directory) {
  const { exports, imports, bin } = readManifest(directory);
  const absent = filesNamedIn([exports, imports, bin])
    .filter((file) => !file.includes('*'))
    .filter((file) => !existsSync(path.join(directory, file)));
  if (absent.length > 0)
    throw new Error(`${directory}/package.json names ${absent.join(', ')}: no such file.`);
}

function filesNamedIn(promises) {
  if (typeof promises === 'string') return [promises];
  return Object.values(promises ?? {}).flatMap(filesNamedIn);
}

/** Packages with source, each after the workspace packages it depends on. */
function inDependencyOrder() {
  const directories = [
    ...readdirSync(path.join(root, 'packages')).map((name) => `packages/${name}`),
    'weights-converter',
  ]
    .map((name) => path.join(root, name))
    .filter((directory) => existsSync(path.join(directory, 'tsconfig.json')));
  const manifests = new Map(directories.map((d) => [d, readManifest(d)]));
  const byName = new Map([...manifests].map(([d, manifest]) => [manifest.name, d]));
  const ordered = new Set();
  const visit = (directory) => {
    if (ordered.has(directory)) return;
    const { dependencies = {}, peerDependencies = {} } = manifests.get(directory);
    for (const name of Object.keys({ ...dependencies, ...peerDependencies }))
      if (byName.has(name)) visit(byName.get(name));
    ordered.add(directory);
  };
  directories.forEach(visit);
  return ordered;
}

function readManifest(directory) {
  return JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'));
}

function filesUnder(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
