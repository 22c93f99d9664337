// SPDX-License-Identifier: Apache-2.0
/** A server that fails in every way: in the end there is the right file. */
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DownloadError } from '../../packages/clip/src/errors.js';
import { env } from '../../packages/clip/src/pretrained/hub/index.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, expectBytes, ID, useHub, useWeights, WEIGHTS } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const setting = useHub();
const { fetched, refusal, blobs, delivering } = useWeights(setting);
const PARTIAL = `${sha256(WEIGHTS)}.node.incomplete`;
const what = `model.safetensors of ${ID}`;

const honest = { etag: '"cdn"' };

describe('ends in the right file when the server', () => {
  it('cuts the connection again and again', async () => {
    delivering((request, response) => sendBytes(request, response, WEIGHTS, honest, 70_000));
    expectBytes(await fetched(), WEIGHTS);
    const ranges = setting.hub.requests.filter(({ at }) => at === 'cdn').map(({ range }) => range);
    expect(ranges.length).toBeGreaterThanOrEqual(5);
    expect(ranges[0]).toBeUndefined();
    expect(ranges[1]).toMatch(/^bytes=\d+-$/);
  });

  it('cuts before the first byte', async () => {
    delivering((request, response, time) => {
      if (time < 4) response.destroy();
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('ends early without a cut, as if that were all', async () => {
    delivering((request, response, time) => {
      if (time > 1) sendBytes(request, response, WEIGHTS, honest);
      else response.writeHead(200, honest).end(WEIGHTS.subarray(0, 1000));
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('ignores ranges: from the beginning, then', async () => {
    delivering((request, response, time) => {
      delete request.headers.range;
      sendBytes(request, response, WEIGHTS, honest, time < 3 ? 100_000 : undefined);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('has another file at the second attempt: from the beginning, then', async () => {
    delivering((request, response, time) => {
      if (time === 1) sendBytes(request, response, WEIGHTS.slice().reverse(), { etag: '"wrong"' }, 100_000);
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('fails, is busy, or falls silent for a while', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '0.2';
    delivering((request, response, time) => {
      if (time === 1) response.writeHead(500).end();
      else if (time === 2) response.writeHead(429, { 'retry-after': '0' }).end();
      else if (time === 3)
        response
          .writeHead(200, { ...honest, 'content-length': WEIGHTS.length })
          .write(WEIGHTS.subarray(0, 9));
      else sendBytes(request, response, WEIGHTS, honest);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('has a file of changing names: from the beginning, each time', async () => {
    delivering((request, response, time) => {
      sendBytes(request, response, WEIGHTS, { etag: `"${time}"` }, time < 5 ? 100_000 : undefined);
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('is slow, but not silent', async () => {
    process.env.HF_HUB_DOWNLOAD_TIMEOUT = '0.2';
    delivering(async (_request, response) => {
      response.writeHead(200, { ...honest, 'content-length': WEIGHTS.length });
      for (let at = 0; at < WEIGHTS.length; at += 50_000) {
        response.write(WEIGHTS.subarray(at, at + 50_000));
        await new Promise((resolve) => setTimeout(resolve, 80));
      }
      response.end();
    });
    expectBytes(await fetched(), WEIGHTS);
  });

  it('tells no size', async () => {
    setting.hub.intercept = (request, response, at) => {
      if (at === 'cdn') response.writeHead(200, honest).end(WEIGHTS);
      else if (request.method === 'HEAD')
        response
          .writeHead(302, {
            'x-repo-commit': COMMIT,
            'x-linked-etag': `"${sha256(WEIGHTS)}"`,
            location: setting.hub.cdn,
          })
          .end();
      else return false;
      return true;
    };
    expectBytes(await fetched(), WEIGHTS);
  });

  it('sends an empty file', async () => {
    setting.hub.repositories.set(ID, { commit: COMMIT, files: { 'merges.txt': '' } });
    expect(await (await resolveModelFiles(ID)).read('merges.txt')).toEqual(new Uint8Array(0));
  });

  it('sends ETags that are no hash, or weak', async () => {
    setting.hub.intercept = (request, response) => {
      sendBytes(request, response, WEIGHTS, { 'x-repo-commit': COMMIT, etag: 'W/"mirror-1"' });
      return true;
    };
    expectBytes(await fetched(), WEIGHTS);
    expect(await blobs()).toEqual(['mirror-1']);
  });
});

describe('a download that broke off', () => {
  async function breakOff(): Promise<number> {
    env.retries = 0;
    delivering((request, response) => sendBytes(request, response, WEIGHTS, honest, 200_000));
    expect(await refusal()).toBeInstanceOf(DownloadError);
    setting.hub.intercept = () => false;
    setting.hub.requests.length = 0;
    const { size } = await stat(path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL));
    expect(size).toBeGreaterThan(0);
    return size;
  }

  it('goes on from there the next time', async () => {
    const size = await breakOff();
    expectBytes(await fetched(), WEIGHTS);
    expect(setting.hub.requests.at(-1)?.range).toBe(`bytes=${size}-`);
    expect(await blobs()).toEqual([sha256(WEIGHTS)]);
  });

  it('of which the bytes on disk are wrong is made anew', async () => {
    const size = await breakOff();
    await writeFile(
      path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL),
      new Uint8Array(size),
    );
    expectBytes(await fetched(), WEIGHTS);
  });

  it('that is longer than the file is made anew', async () => {
    await breakOff();
    await writeFile(
      path.join(setting.cache, 'models--owner--tiny-clip/blobs', PARTIAL),
      new Uint8Array(400_000),
    );
    expectBytes(await fetched(), WEIGHTS);
  });

  it('that the server cannot go on from is given up, not tried for ever', async () => {
    await breakOff();
    delivering((_request, response) => void response.writeHead(416).end());
    expect((await refusal()).message).toBe(`${what} cannot be fetched: the hub answers with status 416.`);
    setting.hub.intercept = () => false;
    expectBytes(await fetched(), WEIGHTS);
  });
});
