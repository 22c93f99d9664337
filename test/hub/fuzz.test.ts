// SPDX-License-Identifier: Apache-2.0
/** Servers that misbehave by chance, several ways at once: a right file or an error, and never a wrong file. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { DownloadError, TFCLIPError } from '../../packages/clip/src/errors.js';
import { seededRandom } from '../../packages/clip/src/layers/random.js';
import { env } from '../../packages/clip/src/pretrained/hub/index.js';
import { expectBytes, useHub, useWeights, WEIGHTS } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const setting = useHub();
const { fetched, blobs } = useWeights(setting);
const OTHER = WEIGHTS.slice().reverse();

type Fault = (request: IncomingMessage, response: ServerResponse, random: () => number) => unknown;

const faults: Fault[] = [
  (request, response, random) =>
    sendBytes(request, response, WEIGHTS, { etag: '"a"' }, random() * WEIGHTS.length, 2),
  (request, response, random) => sendBytes(request, response, WEIGHTS, {}, random() * WEIGHTS.length, 2),
  (request, response) => sendBytes(request, response, WEIGHTS, { etag: '"b"' }),
  (request, response, random) =>
    sendBytes(request, response, OTHER, { etag: '"a"' }, random() * WEIGHTS.length, 2),
  (request, response) => sendBytes(request, response, WEIGHTS.subarray(0, 200_000), { etag: '"a"' }),
  (_request, response, random) =>
    response.writeHead([408, 429, 500, 502, 503][Math.floor(random() * 5)]).end(),
  (_request, response) => response.destroy(),
  (_request, response, random) => response.writeHead(200).end(WEIGHTS.subarray(0, random() * WEIGHTS.length)),
  (_request, response, random) => {
    const from = Math.floor(random() * WEIGHTS.length);
    response.writeHead(206, { 'content-range': `bytes ${from}-${WEIGHTS.length - 1}/${WEIGHTS.length}` });
    response.end(WEIGHTS.subarray(from));
  },
  (_request, response) => response.writeHead(416).end(),
  (_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
];

it.each(Array.from({ length: 30 }, (_, seed) => seed))('seed %d', async (seed) => {
  const uniform = seededRandom(seed);
  const random = () => uniform();
  env.retries = 3;
  for (let round = 0; round < 3; round++) {
    setting.hub.intercept = (request, response, at) => {
      if (at === 'hub' || random() < 0.2) return false;
      faults[Math.floor(random() * faults.length)](request, response, random);
      return true;
    };
    const result = await fetched().catch((error) => error);
    if (result instanceof TFCLIPError) expect(result).toBeInstanceOf(DownloadError);
    else expectBytes(result, WEIGHTS);
    if (result instanceof TFCLIPError) expect(await blobs()).not.toContain(sha256(WEIGHTS));
  }
  setting.hub.intercept = () => false;
  expectBytes(await fetched(), WEIGHTS);
});
