// SPDX-License-Identifier: Apache-2.0
/** Requests to the hub: redirects that keep the token where it belongs, time limits, retries. */
import { DownloadError } from '../../errors.js';
import { TransientError } from './hubErrors.js';
import type { HubSettings } from './settings.js';
import { sleep } from './sleep.js';
import { statusError } from './statusErrors.js';

const MOST_REDIRECTS = 8;
/** A server that asks for more patience than this gets none. */
const LONGEST_WAIT = 60_000;
const OFFICIAL_HOSTS = ['huggingface.co', 'hf.co'];

export interface HubRequest {
  /** What error messages call it, such as 'config.json of openai/clip'. */
  what: string;
  id: string;
  revision: string;
  method: 'GET' | 'HEAD';
  url: string;
  headers?: Record<string, string>;
  /** Milliseconds to wait for the answer, and for each part of its body. */
  timeout: number;
  /** A redirect to another host is the answer: what is asked for stands in its headers. */
  stopAtOtherHosts?: boolean;
}

export interface HubResponse {
  status: number;
  headers: Headers;
  /** The answer is a redirect that a browser does not let anyone see. */
  opaque: boolean;
  /** Whether it comes from a host that the token is not for, such as a content delivery network. */
  foreign: boolean;
  /** Parts of the body as they come. @throws DownloadError (a cut, silence), or the signal's reason */
  body(): AsyncIterable<Uint8Array>;
  /** Lets go of the connection. */
  cancel(): void;
}

/** @throws TransientError, and what statusErrors.ts makes of a refusal */
export async function request(asked: HubRequest, settings: HubSettings): Promise<HubResponse> {
  let url = asked.url;
  let trusted = true;
  for (let hop = 0; hop <= MOST_REDIRECTS; hop++) {
    const response = await requestOnce(asked, url, trusted, settings);
    const location = response.headers.get('location');
    if (response.opaque || response.status < 300 || response.status > 399 || !location) {
      if (response.status < 400) return response;
      response.cancel();
      throw statusError(asked, response.status, response.headers, settings);
    }
    const target = redirectTarget(location, url, asked);
    const trustedNext: boolean = trusted && keepsToken(url, target);
    if (asked.stopAtOtherHosts && !trustedNext) return response;
    response.cancel();
    [url, trusted] = [target, trustedNext];
  }
  throw new DownloadError(
    `${asked.what} cannot be fetched: ${withoutQuery(asked.url)} redirects more than ${MOST_REDIRECTS} times.`,
  );
}

/** Repeats what fails with a TransientError. `action` tells by `progressed` that the count begins anew. */
export async function retrying<T>(
  { retries, retryDelay, signal }: Pick<HubSettings, 'retries' | 'retryDelay' | 'signal'>,
  action: (progressed: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 0; ; ) {
    try {
      return await action(() => {
        failures = 0;
      });
    } catch (error) {
      if (!(error instanceof TransientError) || failures >= retries) throw error;
      const wait = error.wait ?? retryDelay * 2 ** failures * (0.75 + Math.random() / 2);
      if (wait > LONGEST_WAIT) throw error;
      failures++;
      await sleep(wait, signal);
    }
  }
}

async function requestOnce(
  asked: HubRequest,
  url: string,
  trusted: boolean,
  settings: HubSettings,
): Promise<HubResponse> {
  const guard = new Guard(asked, settings.signal);
  // Sizes and ranges count bytes of the file, not of its compressed form.
  const headers = new Headers({ ...asked.headers, 'Accept-Encoding': 'identity' });
  if (trusted && settings.token) headers.set('Authorization', `Bearer ${settings.token}`);
  const init = { method: asked.method, headers, signal: guard.signal };
  const response = await guard.run(async () => {
    const answer = await settings.fetch(url, { ...init, redirect: 'manual' });
    // A browser hides redirects. It follows them itself, and takes the token off when the origin changes.
    if (answer.type !== 'opaqueredirect' || asked.stopAtOtherHosts) return answer;
    return settings.fetch(url, { ...init, redirect: 'follow' });
  });
  return {
    status: response.status,
    headers: response.headers,
    opaque: response.type === 'opaqueredirect',
    foreign: !trusted || (response.redirected && !keepsToken(url, response.url)),
    body: () => guard.parts(response),
    cancel: () => guard.cancel(),
  };
}

/** Ends a request when the caller aborts it or nothing comes for too long. */
class Guard {
  private readonly controller = new AbortController();
  private timedOut = false;
  private readonly abort = () => this.controller.abort(this.caller?.reason);

  constructor(
    private readonly asked: HubRequest,
    private readonly caller: AbortSignal | undefined,
  ) {
    caller?.throwIfAborted();
    caller?.addEventListener('abort', this.abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  cancel(): void {
    this.caller?.removeEventListener('abort', this.abort);
    this.controller.abort();
  }

  async run<T>(action: () => Promise<T>, cut = ''): Promise<T> {
    const timer = setTimeout(() => {
      this.timedOut = true;
      this.controller.abort();
    }, this.asked.timeout);
    try {
      return await action();
    } catch (cause) {
      this.cancel();
      this.caller?.throwIfAborted();
      throw this.explain(cause, cut);
    } finally {
      clearTimeout(timer);
    }
  }

  async *parts(response: Response): AsyncIterable<Uint8Array> {
    const reader = response.body?.getReader();
    try {
      for (;;) {
        const part = await this.run(async () => reader?.read(), ' broke off');
        if (!part || part.done) break;
        yield part.value;
      }
    } finally {
      this.cancel();
    }
  }

  private explain(cause: unknown, cut: string): DownloadError {
    const host = new URL(this.asked.url).host;
    if (this.timedOut) {
      const seconds = this.asked.timeout / 1000;
      return new TransientError(
        `${this.asked.what} cannot be fetched: nothing came from ${host} for ${seconds} s. Check the connection, or ` +
          `set ${this.asked.method === 'HEAD' ? 'HF_HUB_ETAG_TIMEOUT' : 'HF_HUB_DOWNLOAD_TIMEOUT'} to more seconds.`,
      );
    }
    const reason = reasonOf(cause);
    const message =
      `${this.asked.what} cannot be fetched: the connection to ${host}${cut || ' failed'} (${reason}). ` +
      'Check the connection and try again.';
    // A host that has no address when it is first asked is not waited for: this machine is off the network, most likely.
    const isOff = this.asked.method === 'HEAD' && reason === 'ENOTFOUND';
    return isOff ? new DownloadError(message, { cause }) : new TransientError(message, null, { cause });
  }
}

/** fetch says 'fetch failed' and puts the reason into `cause`. */
function reasonOf(error: unknown): string {
  const { cause, message } = error as { cause?: { code?: string; message?: string }; message?: string };
  return cause?.code ?? cause?.message ?? message ?? String(error);
}

function redirectTarget(location: string, base: string, { what }: HubRequest): string {
  const target = URL.canParse(location, base) ? new URL(location, base) : null;
  if (target && /^https?:$/.test(target.protocol)) return target.href;
  throw new DownloadError(`${what} cannot be fetched: the hub redirects to '${location.slice(0, 80)}'.`);
}

/** A token goes on to the same host, or from a mirror to the hub itself; never from https to http. */
function keepsToken(from: string, to: string): boolean {
  const [source, target] = [new URL(from), new URL(to)];
  if (source.protocol === 'https:' && target.protocol !== 'https:') return false;
  if (target.protocol === 'https:' && OFFICIAL_HOSTS.includes(target.host)) return true;
  return (
    source.hostname === target.hostname &&
    (source.port === target.port || target.protocol !== source.protocol)
  );
}

function withoutQuery(url: string): string {
  const { origin, pathname } = new URL(url);
  return origin + pathname;
}
