// SPDX-License-Identifier: Apache-2.0
/** A project with our packages as npm would publish them, beside the dependencies they declare and nothing else. Needs a build. */
import { execFile } from 'node:child_process';
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const root = path.resolve(__dirname, '../..');
const run = promisify(execFile);

export interface Manifest {
  name: string;
  private?: boolean;
  version: string;
  license: string;
  exports: Record<string, unknown>;
  bin?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
}

export interface PublishedPackage {
  manifest: Manifest;
  /** Where it is developed. */
  source: string;
  /** Where it is installed. */
  folder: string;
}

export class Installation {
  private constructor(
    readonly folder: string,
    readonly packages: readonly PublishedPackage[],
  ) {}

  /** @param extra packages that the project's own programs import */
  static async create(extra: readonly string[]): Promise<Installation> {
    const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'tfjs-clip-project-')));
    const packages = (await publishable()).map(({ manifest, source }) => ({
      manifest,
      source,
      folder: path.join(folder, 'node_modules', manifest.name),
    }));
    await pack(packages, folder);
    const declared = packages.flatMap(({ manifest }) => needsOf(manifest));
    const ours = packages.map(({ manifest }) => manifest.name);
    const installation = new Installation(folder, packages);
    for (const name of new Set([...declared, ...extra]))
      if (!ours.includes(name)) await installation.add(name);
    await cp(path.join(__dirname, 'consumer'), folder, { recursive: true });
    await writeFile(path.join(folder, 'package.json'), '{ "private": true }');
    return installation;
  }

  /** Runs a program of the project with Node; returns what it prints. */
  async node(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, args, {
      cwd: this.folder,
      env: { ...process.env, CI: '' },
    });
    return stdout;
  }

  /** Installs a package as it is installed here. */
  async add(name: string): Promise<void> {
    const place = this.placeOf(name);
    await mkdir(path.dirname(place), { recursive: true });
    await symlink(path.join(root, 'node_modules', name), place, 'junction');
  }

  async uninstall(name: string): Promise<void> {
    await rm(this.placeOf(name), { recursive: true });
  }

  placeOf(name: string): string {
    return path.join(this.folder, 'node_modules', name);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function publishable(): Promise<{ manifest: Manifest; source: string }[]> {
  const names = await readdir(path.join(root, 'packages'));
  const sources = [
    ...names.map((name) => path.join(root, 'packages', name)),
    path.join(root, 'weights-converter'),
  ];
  const packages = sources.map(async (source) => ({
    manifest: JSON.parse(await readFile(path.join(source, 'package.json'), 'utf8')) as Manifest,
    source,
  }));
  return (await Promise.all(packages)).filter(({ manifest }) => !manifest.private);
}

async function pack(packages: readonly PublishedPackage[], folder: string): Promise<void> {
  const workspaces = packages.flatMap(({ manifest }) => ['--workspace', manifest.name]);
  await run('npm', ['pack', '--ignore-scripts', '--offline', '--pack-destination', folder, ...workspaces], {
    cwd: root,
  });
  for (const { manifest, folder: target } of packages) {
    const tarball = `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`;
    await run('tar', ['-xzf', tarball], { cwd: folder });
    await mkdir(path.dirname(target), { recursive: true });
    await rename(path.join(folder, 'package'), target);
    await rm(path.join(folder, tarball));
  }
}

/** What npm installs along with a package. */
function needsOf({ dependencies, peerDependencies, peerDependenciesMeta }: Manifest): string[] {
  const names = Object.keys({ ...dependencies, ...peerDependencies });
  return names.filter((name) => !peerDependenciesMeta?.[name]?.optional);
}
