// SPDX-License-Identifier: Apache-2.0
/** The pages in page/ as Vite bundles them, from what the packages publish. Needs a build. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(__dirname, '../..');
const packageFolders = [path.join(root, 'packages/'), path.join(root, 'weights-converter/')];

export interface BundledModule {
  id: string;
  importers: string[];
  /** Of it in the bundle, before minification. */
  characters: number;
}

export class Bundle {
  private constructor(
    readonly folder: string,
    readonly modules: readonly BundledModule[],
  ) {}

  static async build(): Promise<Bundle> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'tfjs-clip-page-'));
    const config = path.join(__dirname, 'vite.config.mjs');
    const vite = path.join(root, 'node_modules/vite/bin/vite.js');
    const options = { env: { ...process.env, NODE_ENV: 'production' } }; // jest sets 'test'
    await promisify(execFile)(
      process.execPath,
      [vite, 'build', '--config', config, '--outDir', folder],
      options,
    );
    return new Bundle(folder, JSON.parse(await readFile(path.join(folder, 'modules.json'), 'utf8')));
  }

  /** Modules of this repository's packages. */
  ours(): BundledModule[] {
    return this.modules.filter(({ id }) => isOurs(id));
  }

  /** Modules that one of ours imports. */
  importedByUs(): BundledModule[] {
    return this.modules.filter(({ importers }) => importers.some(isOurs));
  }

  /** How much of the bundle is of our packages, from 0 to 1. */
  shareOfOurs(): number {
    const sum = (modules: readonly BundledModule[]) =>
      modules.reduce((total, { characters }) => total + characters, 0);
    return sum(this.ours()) / sum(this.modules);
  }

  /** Bytes of all scripts together, minified. */
  async scriptSize(): Promise<number> {
    const files = (await readdir(this.folder, { recursive: true })).filter((file) => file.endsWith('.js'));
    const sizes = await Promise.all(
      files.map(async (file) => (await stat(path.join(this.folder, file))).size),
    );
    return sizes.reduce((total, size) => total + size, 0);
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

function isOurs(id: string): boolean {
  return packageFolders.some((folder) => id.startsWith(folder)) && !id.includes('node_modules');
}
