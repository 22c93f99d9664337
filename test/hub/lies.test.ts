// SPDX-License-Identifier: Apache-2.0
/** A server that lies: there is a clear error, and nothing wrong in the cache. */
import { DownloadError } from '../../packages/clip/src/errors.js';
import { env } from '../../packages/clip/src/pretrained/hub/index.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, ID, tinyModel, useHub, useWeights, WEIGHTS } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const setting = useHub();
const { refusal, blobs, delivering } = useWeights(setting);
const what = `model.safetensors of ${ID}`;

const honest = { etag: '"cdn"' };

describe('ends in a clear error, with nothing under the final name, when the server', () => {
  afterEach(async () => expect(await blobs()).not.toContain(sha256(WEIGHTS)));

  it('sends more than it said', async () => {
    delivering(
      (_request, response) => void response.writeHead(200, honest).end(Buffer.concat([WEIGHTS, WEIGHTS])),
    );
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} has 300000 bytes, and the server sends more. Nothing of it was kept; try again.`,
      ),
    );
    expect(await blobs()).toEqual([]);
  });

  it('never sends the rest', async () => {
    env.retries = 2;
    delivering((request, response) => {
      if (!request.headers.range) response.writeHead(200, honest).end(WEIGHTS.subarray(0, 1000));
      else response.writeHead(206, { ...honest, 'content-range': 'bytes 1000-299999/300000' }).end();
    });
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} cannot be fetched: it has 300000 bytes, and the server sent 0 of the last 299000. Try again later.`,
      ),
    );
  });

  it('ignores ranges, and never comes further', async () => {
    env.retries = 3;
    delivering((request, response) => {
      delete request.headers.range;
      sendBytes(request, response, WEIGHTS, honest, 100_000);
    });
    expect((await refusal()).message).toMatch(
      /^model.safetensors of owner\/tiny-clip cannot be fetched: the connection to 127.0.0.1:\d+ broke off \(.+\)\. Check the connection and try again\.$/,
    );
  });

  it('sends other bytes', async () => {
    const other = WEIGHTS.slice().reverse();
    delivering((request, response) => sendBytes(request, response, other, honest));
    expect(await refusal()).toEqual(
      new DownloadError(
        `${what} came broken: its hash is ${sha256(other)}, the hub says ${sha256(WEIGHTS)}. Nothing of it was kept; try again.`,
      ),
    );
    expect(await blobs()).toEqual([]);
  });

  it.each([
    ['another part', 'bytes 0-299999/300000'],
    ['a part of another size', 'bytes 1000-299999/999999'],
  ])('sends %s than was asked for', async (_, range) => {
    env.retries = 1;
    delivering((request, response) => {
      if (!request.headers.range) sendBytes(request, response, WEIGHTS, honest, 1000);
      else response.writeHead(206, { ...honest, 'content-range': range }).end(WEIGHTS);
    });
    const { message } = await refusal();
    expect(message.replace(/from \d+ on/, 'from N on')).toBe(
      `${what} cannot be fetched: bytes from N on of 300000 were asked for, and the server sends '${range}'. Nothing of it was kept; try again.`,
    );
  });

  it('changes the ETag midway', async () => {
    delivering((request, response) => {
      if (!request.headers.range) sendBytes(request, response, WEIGHTS, honest, 1000);
      else response.writeHead(206, { etag: '"other"', 'content-range': 'bytes 1000-299999/300000' }).end();
    });
    expect(await refusal()).toEqual(
      new DownloadError(`${what} cannot be fetched: the server's file keeps changing. Try again later.`),
    );
  });

  it('has another file at the GET than at the HEAD', async () => {
    setting.hub.repositories.set(ID, { ...tinyModel(), large: [] });
    setting.hub.intercept = (request, response) => {
      if (request.method === 'GET') sendBytes(request, response, WEIGHTS, { etag: '"other"' });
      return request.method === 'GET';
    };
    expect((await refusal()).message).toBe(
      `${what} cannot be fetched: it changed on the server meanwhile. Nothing of it was kept; try again.`,
    );
  });

  it('redirects in a circle', async () => {
    setting.hub.intercept = (request, response) => {
      response.writeHead(302, { location: request.url }).end();
      return true;
    };
    expect((await refusal()).message).toBe(
      `${what} cannot be fetched: ${setting.hub.url}/${ID}/resolve/main/model.safetensors redirects more than 8 times.`,
    );
  });

  it.each(['file:///etc/passwd', 'http://[', 'javascript:alert(1)'])('redirects to %s', async (location) => {
    delivering((_request, response) => void response.writeHead(302, { location }).end());
    expect((await refusal()).message).toBe(`${what} cannot be fetched: the hub redirects to '${location}'.`);
  });

  it.each(['../../evil', '..', 'a/b', '.hidden', 'a\\b', 'x'.repeat(200), ''])(
    'sends the ETag "%s"',
    async (etag) => {
      setting.hub.intercept = (_request, response) => {
        response.writeHead(200, { 'x-repo-commit': COMMIT, etag: `"${etag}"` }).end();
        return true;
      };
      expect((await refusal()).message).toBe(
        `${what}: the server's ETag ${JSON.stringify(`"${etag}"`.slice(0, 80))} cannot name a file in the cache. Is it a Hugging Face hub?`,
      );
    },
  );

  it.each(['main', '../../../x', 'A'.repeat(40)])('sends the commit %s', async (commit) => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': commit, etag: '"a"' }).end();
      return true;
    };
    expect((await refusal()).message).toBe(
      `${what}: the server's X-Repo-Commit ${JSON.stringify(commit)} is no commit. Is it a Hugging Face hub?`,
    );
  });

  it.each(['-1', '1e99', '99999999999999999999'])('says that the file has %s bytes', async (size) => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': COMMIT, etag: '"a"', 'x-linked-size': size }).end();
      return true;
    };
    expect((await refusal()).message).toBe(`${what}: the server says that it has ${size} bytes.`);
  });

  it('has a small file that is not small', async () => {
    setting.hub.intercept = (_request, response) => {
      response.writeHead(200, { 'x-repo-commit': COMMIT, etag: '"a"', 'x-linked-size': 2 ** 30 }).end();
      return true;
    };
    await expect((await resolveModelFiles(ID)).read('config.json')).rejects.toThrow(
      `config.json of ${ID} has ${2 ** 30} bytes; a file of this kind has at most ${2 ** 26}. It is not what its name says.`,
    );
  });
});
