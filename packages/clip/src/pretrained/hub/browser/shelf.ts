// SPDX-License-Identifier: Apache-2.0
import { DownloadError } from '../../../errors.js';

/** What no Cache would hold, for as long as the page lives; by address, so that every store sees it. */
const memory = new Map<string, Uint8Array>();
let warned = false;

/** Named bytes in the browser's Cache. Where there is none, or its quota is used up: in memory, after one warning. */
export class Shelf {
  private cache: Promise<Cache | null> | null = null;

  constructor(
    private readonly cacheName: string,
    private readonly folder: string,
  ) {}

  /** Of no server: a Cache wants addresses. */
  address(name: string): string {
    const path = name.split('/').map(encodeURIComponent).join('/');
    return `https://${encodeURIComponent(this.cacheName)}.invalid/${this.folder}/${path}`;
  }

  async has(name: string): Promise<boolean> {
    return (await this.find(name)) !== null;
  }

  /** Whether there is anything whose name begins so. */
  async hasUnder(prefix: string): Promise<boolean> {
    const requests = (await (await this.open())?.keys()) ?? [];
    const addresses = [...memory.keys(), ...requests.map(({ url }) => url)];
    return addresses.some((address) => address.startsWith(this.address(prefix)));
  }

  async text(name: string): Promise<string | null> {
    const bytes = await this.find(name);
    return bytes && new TextDecoder().decode(await bytes());
  }

  async bytes(name: string): Promise<Uint8Array> {
    const bytes = await this.find(name);
    if (bytes) return bytes();
    throw new DownloadError(
      `A part of ${this.folder} is no longer in the browser's cache, which was cleared meanwhile: load the model again.`,
    );
  }

  async put(name: string, content: string | Uint8Array<ArrayBuffer>): Promise<void> {
    const cache = await this.open();
    try {
      if (cache) return await cache.put(this.address(name), new Response(content));
    } catch (error) {
      warn(error);
    }
    memory.set(this.address(name), typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }

  async remove(name: string): Promise<void> {
    memory.delete(this.address(name));
    await (await this.open())?.delete(this.address(name));
  }

  private async find(name: string): Promise<(() => Promise<Uint8Array>) | null> {
    const kept = memory.get(this.address(name));
    if (kept) return async () => kept;
    const response = await (await this.open())?.match(this.address(name));
    return response ? async () => new Uint8Array(await response.arrayBuffer()) : null;
  }

  private open(): Promise<Cache | null> {
    this.cache ??= openCache(this.cacheName);
    return this.cache;
  }
}

/** Pages that are not secure, and some frames, have none, or one that may not be opened. */
async function openCache(name: string): Promise<Cache | null> {
  try {
    return await caches.open(name);
  } catch (error) {
    warn(error);
    return null;
  }
}

function warn(error: unknown): void {
  if (warned) return;
  warned = true;
  const reason = (error as Error | undefined)?.message ?? String(error);
  console.warn(
    `tfjs-clip: the browser's cache holds no more (${reason}). The model works, and is fetched again next time.`,
  );
}
