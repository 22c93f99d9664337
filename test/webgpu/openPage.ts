// SPDX-License-Identifier: Apache-2.0
/** A page in Chromium that runs a script of this folder, bundled from source; on WebGPU, unless it is told otherwise. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { launchChromium, troublesOf } from '../browser/chromium.js';
import { serve } from '../browser/server.js';

const rolldown = path.resolve(__dirname, '../../node_modules/rolldown/bin/cli.mjs');

export interface OpenPage {
  page: Page;
  address: string;
  /** What went wrong in it so far; grows. */
  troubles: string[];
  close(): Promise<void>;
}

const onWebGPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/**
 * @param folders served beside the page, by the start of their addresses: `{ '/model/': … }`
 * @param flags of Chromium
 */
export async function openPage(
  script: string,
  folders: Record<string, string>,
  flags: readonly string[] = onWebGPU,
): Promise<OpenPage> {
  const folder = await mkdtemp(path.join(tmpdir(), 'webgpu-page-'));
  await bundleInto(folder, script);
  const site = await serve({ ...folders, '/': folder });
  const browser = await launchChromium(...flags);
  const close = async () => {
    await browser.close();
    await site.close();
    await rm(folder, { recursive: true });
  };
  const page = await browser.newPage();
  const troubles = troublesOf(page);
  await page.goto(`${site.address}/index.html`);
  return { page, address: site.address, troubles, close };
}

async function bundleInto(folder: string, script: string): Promise<void> {
  const config = path.join(__dirname, 'page.config.mjs');
  const output = path.join(folder, 'page.js');
  const args = [rolldown, '-c', config, '--input', path.join(__dirname, script), '-o', output];
  await promisify(execFile)(process.execPath, args);
  const page =
    '<!doctype html><link rel="icon" href="data:," /><script type="module" src="page.js"></script>';
  await writeFile(path.join(folder, 'index.html'), page);
}
