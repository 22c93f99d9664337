// SPDX-License-Identifier: Apache-2.0
/** What a model of the hub is, without fetching it: by ranges of its files, as far as servers can send them. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { inspectModel } from '../../packages/clip/src/conversion/index.js';
import { AccessError, DownloadError } from '../../packages/clip/src/errors.js';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import { thrown } from '../harness/thrown.js';
import { COMMIT, ID, useHub } from './setting.js';
import { sendBytes, sha256 } from './testHub.js';

const root = path.resolve(__dirname, '../..');
const emojiClip = path.join(root, 'packages/emoji-clip');
const checkpoints = path.join(root, 'test/fixtures/checkpoints');
const PAGE = 65_536;

const setting = useHub();
let weights: Uint8Array;
beforeEach(async () => publish(emojiClip, ['config.json', 'model.safetensors']));

/** Makes `names` of `folder` the repository; the last is large. */
async function publish(folder: string, names: string[]): Promise<void> {
  const files: Record<string, Uint8Array> = {};
  for (const name of names) files[name] = await readFile(path.join(folder, name));
  weights = files[names.at(-1)!];
  setting.hub.repositories.set(ID, { commit: COMMIT, files, large: names.slice(-1) });
}

async function storedFiles(): Promise<string[]> {
  return readdir(path.join(setting.cache, 'models--owner--tiny-clip/snapshots', COMMIT));
}

const rangesSeen = () => setting.hub.requests.flatMap(({ at, range }) => (at === 'cdn' ? [range] : []));
const whatOf = async (folder: string) => ({ ...(await inspectModel(folder)), name: ID, fetched: null });

it('fetches the header only, stores no weights, and tells what it fetched', async () => {
  const { fetched, ...inspection } = await inspectModel(ID);
  expect({ ...inspection, fetched: null }).toEqual(await whatOf(emojiClip));
  expect(fetched).toEqual({ bytes: PAGE, of: weights.length });
  expect(rangesSeen()).toEqual([`bytes=0-${PAGE - 1}`]);
  expect(await storedFiles()).toEqual(['config.json']);
});

it.each([
  ['torch', ['config.json', 'pytorch_model.bin'], 'pytorch'],
  ['keras', ['config.json', 'tf_model.h5'], 'hdf5'],
  ['flax', ['config.json', 'flax_model.msgpack'], 'msgpack'],
])('%s: %j', async (folder, names, format) => {
  await publish(path.join(checkpoints, folder), names);
  const { fetched, ...inspection } = await inspectModel(ID);
  expect(inspection).toMatchObject({ format, modelClass: 'CLIPModel', problems: [] });
  expect(fetched).toEqual({ bytes: weights.length, of: weights.length }); // Smaller than a page.
  expect(await storedFiles()).toEqual(['config.json']);
});

it('with forceDownload asks the hub anew, and fetches no more', async () => {
  await downloadModel(ID);
  setting.hub.requests.length = 0;
  const { fetched } = await inspectModel(ID, { forceDownload: true });
  expect(fetched).toEqual({ bytes: PAGE, of: weights.length });
  expect(rangesSeen()).toEqual([`bytes=0-${PAGE - 1}`]);
});

it('reads what is in the cache there, offline too', async () => {
  await downloadModel(ID);
  env.offline = true;
  const asked = setting.hub.requests.length;
  expect(await inspectModel(ID)).toEqual({
    ...(await whatOf(emojiClip)),
    name: `${ID} (offline, as it is in ${setting.cache})`,
  });
  expect(setting.hub.requests.length).toBe(asked);
});

describe('cut after 1000 bytes', () => {
  /** @param etag that the first server calls the file by */
  const cutOnce = (etag: string) => {
    let cuts = 0;
    setting.hub.intercept = (request, response, at) => {
      if (at === 'hub' || cuts++ > 0) return false;
      sendBytes(request, response, weights, { etag }, 1000);
      return true;
    };
  };

  it('asks again', async () => {
    cutOnce(`"cdn-${sha256(weights).slice(0, 8)}"`);
    const { fetched, total } = await inspectModel(ID);
    expect([total.tensors, fetched]).toEqual([110, { bytes: PAGE + 1000, of: weights.length }]);
  });

  it('refuses the rest of another file', async () => {
    cutOnce('"earlier"');
    expect(await thrown(() => inspectModel(ID))).toEqual(
      new DownloadError(
        `model.safetensors of ${ID} cannot be read: it changed on the server meanwhile. Try again.`,
      ),
    );
  });
});

it('fetches all of a file whose server sends no parts, and says so', async () => {
  setting.hub.intercept = (request, response, at) => {
    if (at === 'hub') return false;
    delete request.headers.range;
    sendBytes(request, response, weights, {});
    return true;
  };
  const { fetched, notes } = await inspectModel(ID);
  expect(fetched).toEqual({ bytes: weights.length, of: weights.length });
  expect(notes).toEqual([
    `The server sends whole files only, so that all of ${ID}/model.safetensors was fetched.`,
  ]);
  expect((await storedFiles()).sort()).toEqual(['config.json', 'model.safetensors']);
});

it('refuses a server that sends parts at first, and then the whole file', async () => {
  const header = new TextEncoder().encode(JSON.stringify({ __metadata__: { long: 'x'.repeat(PAGE) } }));
  weights = new Uint8Array(8 + header.length);
  new DataView(weights.buffer).setUint32(0, header.length, true);
  weights.set(header, 8);
  setting.hub.repositories.get(ID)!.files['model.safetensors'] = weights;
  setting.hub.intercept = (request, response, at) => {
    if (at === 'cdn' && rangesSeen().length > 1) delete request.headers.range;
    if (at === 'cdn') sendBytes(request, response, weights, {});
    return at === 'cdn';
  };
  expect(await thrown(() => inspectModel(ID))).toEqual(
    new DownloadError(
      `model.safetensors of ${ID} cannot be read: the server sends its parts no longer. Try again, or download it first.`,
    ),
  );
});

it('takes the token to the hub, and not to its delivery network', async () => {
  setting.hub.repositories.get(ID)!.gatedBy = 'hf_secret';
  expect(await thrown(() => inspectModel(ID))).toBeInstanceOf(AccessError);
  await inspectModel(ID, { token: 'hf_secret' });
  const parts = setting.hub.requests.filter(({ range }) => range !== undefined);
  expect(parts.map(({ at, token }) => [at, token])).toEqual([
    ['hub', 'Bearer hf_secret'],
    ['cdn', undefined],
  ]);
});

it.each([
  [
    'another part',
    { range: `bytes 5-${PAGE + 4}/3677434`, length: PAGE },
    `bytes 0 to ${PAGE - 1} of 3677434 were asked for, and the server sends 'bytes 5-${PAGE + 4}/3677434'.`,
  ],
  [
    'more than the part',
    { range: `bytes 0-${PAGE - 1}/3677434`, length: PAGE + 1 },
    `${PAGE} bytes were asked for, and more came.`,
  ],
])('refuses %s', async (_, { range, length }, sentence) => {
  setting.hub.intercept = (_request, response, at) => {
    if (at === 'hub') return false;
    response.writeHead(206, { 'content-range': range }).end(weights.subarray(0, length));
    return true;
  };
  expect(await thrown(() => inspectModel(ID))).toEqual(
    new DownloadError(`model.safetensors of ${ID} cannot be read: ${sentence}`),
  );
});

it('of the web: the same, from a folder on a server', async () => {
  const address = `${setting.hub.url}/${ID}/resolve/main`;
  setting.hub.repositories.get(ID)!.large = [];
  const { fetched, total } = await inspectModel(address);
  expect([total.tensors, fetched]).toEqual([110, { bytes: 131_072, of: weights.length }]);
});
