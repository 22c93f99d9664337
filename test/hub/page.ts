// SPDX-License-Identifier: Apache-2.0
/** What chromium.test.ts calls in its page. */
import { env } from '../../packages/clip/src/pretrained/hub/index.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';

/** @returns the SHA-256 of what was read, or the error's message */
async function load(endpoint: string, id: string, file: string, token?: string): Promise<string> {
  Object.assign(env, { endpoint, retries: 0 });
  try {
    const source = await (await resolveModelFiles(id, { token })).open(file);
    if (!source) return 'absent';
    const bytes = (await source.read(0, source.size)) as Uint8Array<ArrayBuffer>;
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
    return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
  } catch (error) {
    return (error as Error).message;
  }
}

Object.assign(globalThis, { load });
