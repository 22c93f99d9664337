// SPDX-License-Identifier: Apache-2.0
/** An entry in the browser's Cache, under a made-up address; workers have it too. */
const CACHE = 'tfjs-clip-webgpu';
const ADDRESS = 'https://tfjs-clip.invalid/webgpu-tiles.json';

/** Null outside of secure contexts, where there is no Cache. */
export async function readText(): Promise<string | null> {
  if (typeof caches === 'undefined') return null;
  const response = await (await caches.open(CACHE)).match(ADDRESS);
  return response ? response.text() : null;
}

export async function writeText(text: string): Promise<void> {
  if (typeof caches === 'undefined') return;
  await (await caches.open(CACHE)).put(ADDRESS, new Response(text));
}
