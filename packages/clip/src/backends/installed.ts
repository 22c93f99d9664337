// SPDX-License-Identifier: Apache-2.0
/**
 * Packages that may be installed beside ours. They are looked for from here first, where they share our copy of tfjs, then
 * from the folder in which the program runs: a command that is installed globally finds what its user's project has.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { version_core } from '@tensorflow/tfjs';

export function isInstalled(packageName: string): boolean {
  return find(packageName) !== null;
}

/** @throws whatever the package throws */
export async function importInstalled<Module>(packageName: string): Promise<Module> {
  return import(find(packageName) ?? packageName);
}

/** What to import: from here the bare name, so that an ES module comes as one. */
function find(packageName: string): string | null {
  if (resolve(packageName, import.meta.url)) return packageName;
  const program = path.join(process.cwd(), 'program.js');
  const file = resolve(packageName, program);
  return file && fitsOurs(packageName, program) ? pathToFileURL(file).href : null;
}

function resolve(packageName: string, from: string): string | null {
  try {
    return createRequire(from).resolve(packageName);
  } catch {
    return null;
  }
}

/** Versions of tfjs do not mix; a peer dependency sees to that only where we are installed ourselves. */
function fitsOurs(packageName: string, from: string): boolean {
  if (!packageName.startsWith('@tensorflow/')) return true;
  return createRequire(from)(`${packageName}/package.json`).version === version_core;
}
