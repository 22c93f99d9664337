// SPDX-License-Identifier: Apache-2.0
/** How the hub is reached: what a call says, else `env`, else the environment variables that Python reads too. */
import { hubPlatform } from '#hubStore';
import { localFiles } from '#platform';
import { InvalidArgumentError } from '../../errors.js';
import type { PretrainedOptions } from '../modelFiles.js';

export interface HubDefaults {
  /** Address of the hub or of a mirror. Else HF_ENDPOINT, else https://huggingface.co. */
  endpoint?: string;
  /** The cache folder. Else HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME/hub, ~/.cache/huggingface/hub. */
  cacheDir?: string;
  /** Access token. Else HF_TOKEN, else the file that `hf auth login` writes; false sends none. */
  token?: string | false;
  /** Only what is in the cache. Else HF_HUB_OFFLINE. */
  offline?: boolean;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
  /** How often a request that failed for want of connection or capacity is made again. */
  retries: number;
  /** Milliseconds before the first retry; doubled for each further one. */
  retryDelay: number;
}

/**
 * Defaults of this process.
 *
 * ```ts
 * import { env } from 'tfjs-clip';
 * env.endpoint = 'https://hub.example.com';
 * env.offline = true;
 * ```
 */
export const env: HubDefaults = { retries: 5, retryDelay: 1000 };

export interface HubSettings {
  endpoint: string;
  cacheDir: string | undefined;
  token: string | undefined;
  offline: boolean;
  forceDownload: boolean;
  fetch: typeof fetch;
  signal: AbortSignal | undefined;
  retries: number;
  retryDelay: number;
  /** Milliseconds to wait for the answer about a file. */
  etagTimeout: number;
  /** Milliseconds to wait for the next part of a file. */
  downloadTimeout: number;
}

export async function hubSettings(options: PretrainedOptions = {}): Promise<HubSettings> {
  const { environment } = localFiles;
  const settings = {
    endpoint: hubAddress(env.endpoint ?? environment('HF_ENDPOINT') ?? 'https://huggingface.co'),
    cacheDir: options.cacheDir ?? env.cacheDir,
    token: await accessToken(options.token ?? env.token),
    offline:
      options.localFilesOnly ??
      env.offline ??
      isTrue(environment('HF_HUB_OFFLINE') ?? environment('TRANSFORMERS_OFFLINE')),
    forceDownload: options.forceDownload ?? false,
    // Called at the time: tests and polyfills replace the global one. Unbound, a browser refuses it.
    fetch:
      options.fetch ?? env.fetch ?? ((input: RequestInfo | URL, init?: RequestInit) => fetch(input, init)),
    signal: options.signal,
    retries: env.retries,
    retryDelay: env.retryDelay,
    etagTimeout: seconds('HF_HUB_ETAG_TIMEOUT'),
    downloadTimeout: seconds('HF_HUB_DOWNLOAD_TIMEOUT'),
  };
  if (settings.offline && settings.forceDownload) {
    throw new InvalidArgumentError(
      'forceDownload needs the hub, which localFilesOnly (or HF_HUB_OFFLINE) keeps from being asked: give one of them.',
    );
  }
  return settings;
}

function hubAddress(address: string): string {
  if (/^https?:/i.test(address) && URL.canParse(address)) return address.replace(/\/+$/, '');
  throw new InvalidArgumentError(
    `The hub's address '${address}' (env.endpoint, or HF_ENDPOINT) must be one of the web, such as https://huggingface.co.`,
  );
}

async function accessToken(given: string | false | undefined): Promise<string | undefined> {
  if (given === false) return undefined;
  const implicit = !isTrue(localFiles.environment('HF_HUB_DISABLE_IMPLICIT_TOKEN'));
  const token =
    given ??
    (implicit ? (localFiles.environment('HF_TOKEN') ?? (await hubPlatform.storedToken())) : undefined);
  const cleaned = token?.trim() || undefined;
  if (cleaned === undefined || /^[\x21-\x7e]+$/.test(cleaned)) return cleaned;
  throw new InvalidArgumentError(
    'The access token holds characters that no token has; copy it anew from https://huggingface.co/settings/tokens.',
  );
}

function isTrue(value: string | undefined): boolean {
  return /^(?:1|on|yes|true)$/i.test(value ?? '');
}

function seconds(name: string): number {
  const value = Number(localFiles.environment(name) ?? 10);
  if (value > 0 && Number.isFinite(value)) return value * 1000;
  throw new InvalidArgumentError(
    `The environment variable ${name} must be a number of seconds above 0, such as 10; it is '${localFiles.environment(name)}'.`,
  );
}
