// SPDX-License-Identifier: Apache-2.0
/** A Hugging Face hub on this machine: a server for small files and answers, another one as its delivery network. */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestRepository {
  commit: string;
  /** Besides main. */
  refs?: Record<string, string>;
  /** Contents; of large ones the hub redirects to the delivery network. */
  files: Record<string, Uint8Array | string>;
  large?: string[];
  /** The token that opens it. */
  gatedBy?: string;
}

export interface SeenRequest {
  at: 'hub' | 'cdn';
  method: string;
  url: string;
  range?: string;
  token?: string;
}

/** May answer instead of the server; `true` if it did. */
export type Intercept = (
  request: IncomingMessage,
  response: ServerResponse,
  at: 'hub' | 'cdn',
) => boolean | Promise<boolean>;

/** What lets pages of other origins ask, and read the answers. */
const FOR_PAGES = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers': 'authorization, range',
  'access-control-allow-methods': 'GET, HEAD',
  'access-control-expose-headers':
    'etag, content-range, x-repo-commit, x-error-code, x-linked-size, x-linked-etag',
};

export class TestHub {
  readonly repositories = new Map<string, TestRepository>();
  readonly requests: SeenRequest[] = [];
  intercept: Intercept = () => false;
  url = '';
  cdn = '';
  private servers: Server[] = [];

  static async start(): Promise<TestHub> {
    const hub = new TestHub();
    hub.url = await hub.listen('hub', (request, response) => hub.answer(request, response));
    hub.cdn = await hub.listen('cdn', (request, response) => hub.deliver(request, response));
    return hub;
  }

  async stop(): Promise<void> {
    for (const server of this.servers) {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    }
  }

  /** `GET hub config.json`, in the order of their arrival. */
  seen(): string[] {
    return this.requests.map(
      ({ method, at, url }) => `${method} ${at} ${url.split('/').pop()!.split('?')[0]}`,
    );
  }

  private async listen(
    at: 'hub' | 'cdn',
    respond: (request: IncomingMessage, response: ServerResponse) => ServerResponse,
  ): Promise<string> {
    const server = createServer(async (request, response) => {
      const { range, authorization: token } = request.headers;
      this.requests.push({
        at,
        method: request.method!,
        url: request.url!,
        range,
        token,
      });
      for (const [name, value] of Object.entries(FOR_PAGES)) response.setHeader(name, value);
      if (request.method === 'OPTIONS') response.writeHead(204).end();
      else if (!(await this.intercept(request, response, at))) respond(request, response);
    });
    this.servers.push(server);
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  private answer(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const { pathname } = new URL(request.url!, this.url);
    const api = /^\/api\/models\/(.+?)\/revision\/([^/]+)$/.exec(pathname);
    if (api) return this.list(decodeURIComponent(api[1]), decodeURIComponent(api[2]), response);
    const path = /^\/(?:api\/resolve-cache\/models\/)?([^/]+\/[^/]+)\/(?:resolve\/)?([^/]+)\/(.+)$/.exec(
      pathname,
    )!;
    const [id, revision, file] = path.slice(1).map(decodeURIComponent);
    const repository = this.repositories.get(id);
    const token = request.headers.authorization?.replace('Bearer ', '');
    if (!repository) return refuse(response, token ? 404 : 401, 'RepoNotFound');
    if (repository.gatedBy !== undefined && repository.gatedBy !== token) {
      return refuse(response, token ? 403 : 401, 'GatedRepo');
    }
    const commit = this.commitOf(repository, revision);
    if (!commit) return refuse(response, 404, 'RevisionNotFound');
    const content = repository.files[file];
    if (content === undefined) return refuse(response, 404, 'EntryNotFound', { 'x-repo-commit': commit });
    const bytes = toBytes(content);
    if (repository.large?.includes(file)) {
      const headers = {
        location: `${this.cdn}/${id}/${sha256(bytes)}/${file}?signature=secret`,
        'x-repo-commit': commit,
        'x-linked-etag': `"${sha256(bytes)}"`,
        'x-linked-size': bytes.length,
        etag: '"of-the-redirect"',
      };
      return response.writeHead(302, headers).end();
    }
    if (pathname.startsWith('/api/')) {
      return sendBytes(request, response, bytes, { 'x-repo-commit': commit, etag: `"${gitSha1(bytes)}"` });
    }
    const location = `/api/resolve-cache/models/${id}/${commit}/${encodeURIComponent(file)}`;
    return response.writeHead(307, { location, 'x-repo-commit': commit }).end();
  }

  private list(id: string, revision: string, response: ServerResponse): ServerResponse {
    const repository = this.repositories.get(id);
    if (!repository) return refuse(response, 401, 'RepoNotFound');
    const sha = this.commitOf(repository, revision);
    if (!sha) return refuse(response, 404, 'RevisionNotFound');
    const siblings = Object.entries(repository.files).map(([rfilename, content]) => {
      const bytes = toBytes(content);
      const lfs = { sha256: sha256(bytes), size: bytes.length, pointerSize: 130 };
      const large = repository.large?.includes(rfilename);
      return { rfilename, size: bytes.length, blobId: gitSha1(bytes), ...(large && { lfs }) };
    });
    return response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify({ id, sha, siblings }));
  }

  private deliver(request: IncomingMessage, response: ServerResponse): ServerResponse {
    const [, owner, name, hash, file] = new URL(request.url!, this.cdn).pathname.split('/');
    const bytes = toBytes(this.repositories.get(`${owner}/${name}`)!.files[decodeURIComponent(file)]);
    return sendBytes(request, response, bytes, { etag: `"cdn-${hash.slice(0, 8)}"` });
  }

  private commitOf({ commit, refs }: TestRepository, revision: string): string | undefined {
    if (revision === 'main' || revision === commit) return commit;
    return refs?.[revision] ?? Object.values(refs ?? {}).find((other) => other === revision);
  }
}

/**
 * Answers a range where one is asked for; `limit` cuts the connection after so many bytes. What a client has not read by
 * `patience` milliseconds after that may be lost with it.
 */
export function sendBytes(
  request: IncomingMessage,
  response: ServerResponse,
  bytes: Uint8Array,
  headers: Record<string, string>,
  limit = Number.POSITIVE_INFINITY,
  patience = 50,
): ServerResponse {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const start = asked ? Number(asked[1]) : 0;
  const end = asked?.[2] ? Math.min(Number(asked[2]) + 1, bytes.length) : bytes.length;
  if (start > 0 && start >= bytes.length) {
    return response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
  }
  const rest = bytes.subarray(start, end);
  const range = `bytes ${start}-${end - 1}/${bytes.length}`;
  response.writeHead(asked ? 206 : 200, {
    ...headers,
    'accept-ranges': 'bytes',
    'content-length': rest.length,
    ...(asked && { 'content-range': range }),
  });
  if (request.method === 'HEAD') return response.end();
  if (rest.length <= limit) return response.end(rest);
  response.write(rest.subarray(0, limit), () => setTimeout(() => response.destroy(), patience));
  return response;
}

function refuse(
  response: ServerResponse,
  status: number,
  code: string,
  headers: Record<string, string> = {},
): ServerResponse {
  return response.writeHead(status, { 'x-error-code': code, ...headers }).end();
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export function gitSha1(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.length}\0`).update(bytes).digest('hex');
}

export function toBytes(content: Uint8Array | string): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}
