// SPDX-License-Identifier: Apache-2.0
/**
 * A file on a web server, read by range requests (RFC 9110 §14). What the server answers is checked (status, Content-Range,
 * length) before it is believed. A server that ignores ranges, or hides Content-Range from a page, is downloaded from whole.
 */
import { SafetensorsError } from './errors.js';
import { type ByteSource, checkRange, closedError, memorySource, messageOf } from './source.js';

export interface HttpOptions {
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
  /** Sent with each request, such as an Authorization. */
  headers?: Record<string, string>;
}

/** The first request tells the size, and brings the header along: 398 tensors of a ViT-B/32 take 45 KB. */
const FIRST_READ = 128 * 1024;

export async function openHttp(url: string, options: HttpOptions, givenName?: string): Promise<ByteSource> {
  const name = givenName ?? withoutSecrets(url);
  const get = (range?: string) => request(url, name, options, range);
  const response = await get(`bytes=0-${FIRST_READ - 1}`);
  if (response.status === 200) return memorySource(await body(response, name), name);
  if (response.status === 416 && response.headers.get('content-range') === 'bytes */0') {
    await discard(response);
    return memorySource(new Uint8Array(0), name);
  }
  if (response.status !== 206) throw await statusError(response, name);
  if (!response.headers.has('content-range')) {
    await discard(response);
    const whole = await get();
    if (whole.status !== 200) throw await statusError(whole, name);
    return memorySource(await body(whole, name), name);
  }
  const { end, size } = await contentRange(response, name, 0, FIRST_READ);
  return rangeSource(await body(response, name, end), size, name, get);
}

/** `head`: the first bytes, already here. */
function rangeSource(
  head: Uint8Array,
  size: number,
  name: string,
  get: (range: string) => Promise<Response>,
): ByteSource {
  let open = true;
  return {
    name,
    size,
    async read(offset, length, into) {
      if (!open) throw closedError(name);
      checkRange(name, size, offset, length);
      if (length === 0 || offset + length <= head.length) return head.slice(offset, offset + length);
      const response = await get(`bytes=${offset}-${offset + length - 1}`);
      if (response.status !== 206) throw await statusError(response, name);
      const range = await contentRange(response, name, offset, length);
      if (range.size !== size || range.end !== offset + length) {
        throw await rangeError(response, name, `${size} bytes in all when it was opened`);
      }
      return body(response, name, length, into);
    },
    async close() {
      open = false;
    },
  };
}

async function request(url: string, name: string, options: HttpOptions, range?: string): Promise<Response> {
  const headers = new Headers(options.headers);
  if (range) headers.set('Range', range);
  try {
    return await (options.fetch ?? fetch)(url, { headers });
  } catch (cause) {
    throw new SafetensorsError('NETWORK', `${name} cannot be reached: ${messageOf(cause)}`, { cause });
  }
}

/** Content-Range as [offset, end) and the file's size; it must be the asked part, cut only by the file's end. */
async function contentRange(response: Response, name: string, offset: number, length: number) {
  const match = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(response.headers.get('content-range') ?? '');
  const [start, last, size] = match ? match.slice(1).map(Number) : [-1, -1, -1];
  if (start !== offset || last + 1 !== Math.min(offset + length, size)) {
    throw await rangeError(response, name, `bytes ${offset}-${offset + length - 1} asked for`);
  }
  return { end: last + 1, size };
}

/** The body; with `length`, exactly so many bytes, of which no more are ever held; `into` if that is given. */
async function body(
  response: Response,
  name: string,
  length?: number,
  into?: Uint8Array,
): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let received = 0;
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      received += part.value.length;
      if (length !== undefined && received > length) {
        await reader?.cancel();
        break;
      }
      if (into) into.set(part.value, received - part.value.length);
      else chunks.push(part.value);
    }
  } catch (cause) {
    throw new SafetensorsError('NETWORK', `${name} broke off after ${received} bytes: ${messageOf(cause)}`, {
      cause,
    });
  }
  if (length !== undefined && received !== length) {
    const found = received > length ? `more than ${length}` : `only ${received}`;
    throw new SafetensorsError(
      'HTTP_RANGE',
      `${name}: the server announced ${length} bytes and sent ${found}.`,
    );
  }
  if (into) return into;
  const bytes = new Uint8Array(received);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

async function statusError(response: Response, name: string): Promise<SafetensorsError> {
  await discard(response);
  const status = `${response.status} ${response.statusText}`.trim();
  const reasons: Record<number, string> = {
    200: 'the server stopped answering range requests',
    401: 'it needs authorisation: pass headers with a valid token',
    403: 'access is forbidden: pass headers with a token that may read it',
    404: 'there is no such file',
  };
  const reason = reasons[response.status] ?? 'the server cannot give it';
  const code = response.status === 404 ? 'FILE_NOT_FOUND' : 'HTTP_STATUS';
  return new SafetensorsError(code, `${name}: ${reason} (HTTP status ${status}).`);
}

async function rangeError(response: Response, name: string, wanted: string): Promise<SafetensorsError> {
  await discard(response);
  const got = response.headers.get('content-range') ?? 'none';
  return new SafetensorsError(
    'HTTP_RANGE',
    `${name}: the server's Content-Range is '${got}', which does not fit ${wanted}.`,
  );
}

/** Lets go of the connection. */
async function discard(response: Response): Promise<void> {
  await response.body?.cancel().catch(() => {});
}

/** Signed addresses carry keys in their query: they do not belong in messages and logs. */
function withoutSecrets(url: string): string {
  const { protocol, host, pathname } = new URL(url);
  return host ? `${protocol}//${host}${pathname}` : `${protocol}…`;
}
