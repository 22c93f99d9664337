// SPDX-License-Identifier: Apache-2.0
/** listCache, removeFromCache, verifyCache; and a cache that somebody has tampered with. */
import { mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DownloadError, InvalidArgumentError, ModelNotFoundError } from '../../packages/clip/src/errors.js';
import {
  downloadModel,
  env,
  listCache,
  removeFromCache,
  verifyCache,
} from '../../packages/clip/src/pretrained/hub/index.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, expectBytes, ID, tinyModel, useHub, WEIGHTS } from './setting.js';
import { gitSha1, sendBytes, sha256, toBytes } from './testHub.js';

const NEWER = 'fedcba9876543210fedcba9876543210fedcba98';
const CHANGED = '{"model_type": "clip", "newer": true}';
const setting = useHub();
let repository: string;
let blobs: string;
beforeEach(() => {
  repository = path.join(setting.cache, 'models--owner--tiny-clip');
  blobs = path.join(repository, 'blobs');
});

/** An older and a newer commit that share the weights. */
async function twoRevisions(): Promise<void> {
  await downloadModel(ID);
  const newer = { ...tinyModel(), commit: NEWER };
  setting.hub.repositories.set(ID, { ...newer, files: { ...newer.files, 'config.json': CHANGED } });
  await downloadModel(ID);
}

describe('listCache', () => {
  it('tells of revisions, sizes and what refers to them', async () => {
    await twoRevisions();
    const [model, ...others] = await listCache();
    expect(others).toEqual([]);
    expect(model).toMatchObject({ id: ID, path: repository, size: 300_077, incomplete: 0 });
    const revisions = model.revisions.sort((a, b) => (a.commit < b.commit ? -1 : 1));
    expect(revisions).toEqual([
      {
        commit: COMMIT,
        refs: [],
        path: path.join(repository, 'snapshots', COMMIT),
        size: 300_040,
        lastModified: expect.any(Date),
        files: [
          { name: 'config.json', size: 22 },
          { name: 'model.safetensors', size: 300_000 },
          { name: 'tokenizer.json', size: 18 },
        ],
      },
      expect.objectContaining({ commit: NEWER, refs: ['main'], size: 300_055 }),
    ]);
  });

  it('counts what a broken download left', async () => {
    env.retries = 0;
    setting.hub.intercept = (request, response, at) =>
      at === 'cdn' && !!sendBytes(request, response, WEIGHTS, { etag: '"cdn"' }, 200_000);
    await expect(downloadModel(ID)).rejects.toBeInstanceOf(DownloadError);
    const [{ incomplete }] = await listCache();
    expect(incomplete).toBeGreaterThan(0);
  });

  it('is empty where there is no cache, and looks where it is told', async () => {
    expect(await listCache()).toEqual([]);
    const cacheDir = path.join(path.dirname(setting.cache), 'elsewhere');
    await downloadModel(ID, { cacheDir });
    expect((await listCache({ cacheDir })).map(({ id }) => id)).toEqual([ID]);
  });
});

describe('removeFromCache', () => {
  it('removes a model with its locks', async () => {
    await downloadModel(ID);
    expect(await removeFromCache(ID)).toBe(300_040);
    expect(await readdir(setting.cache)).toEqual(['.locks', 'CACHEDIR.TAG']);
    expect(await readdir(path.join(setting.cache, '.locks'))).toEqual([]);
  });

  it('removes a revision with what no other one needs', async () => {
    await twoRevisions();
    expect(await removeFromCache(ID, { revision: 'main' })).toBe(37);
    expect((await readdir(blobs)).sort()).toEqual(
      [
        gitSha1(toBytes('{"model_type": "clip"}')),
        gitSha1(toBytes('{"version": "1.0"}')),
        sha256(WEIGHTS),
      ].sort(),
    );
    expect((await listCache())[0].revisions.map(({ commit, refs }) => [commit, refs])).toEqual([
      [COMMIT, []],
    ]);
    expect(await removeFromCache(ID, { revision: COMMIT })).toBe(300_040);
    expect(await readdir(blobs)).toEqual([]);
  });

  it('refuses what is not there', async () => {
    await expect(removeFromCache('owner/none')).rejects.toEqual(
      new ModelNotFoundError(`owner/none is not in the cache folder ${setting.cache}.`),
    );
    await downloadModel(ID);
    await expect(removeFromCache(ID, { revision: 'v9' })).rejects.toEqual(
      new ModelNotFoundError(`${ID} is in the cache, but not at revision 'v9'; there are main, ${COMMIT}.`),
    );
    await expect(removeFromCache('../..')).rejects.toBeInstanceOf(InvalidArgumentError);
  });
});

describe('verifyCache', () => {
  it('finds nothing wrong with what was downloaded', async () => {
    await twoRevisions();
    expect(await verifyCache()).toEqual([{ id: ID, checked: 4, unknown: 0, problems: [] }]);
    expect(await verifyCache(ID)).toEqual(await verifyCache());
  });

  it('finds a changed content, a broken link and a link that leads out', async () => {
    const folder = await downloadModel(ID);
    await writeFile(path.join(blobs, sha256(WEIGHTS)), 'other');
    await rm(path.join(blobs, gitSha1(toBytes('{"version": "1.0"}'))));
    await symlink('/etc/passwd', path.join(folder, 'vocab.json'));
    const [{ checked, problems }] = await verifyCache(ID);
    expect(checked).toBe(2);
    expect(problems).toEqual(
      expect.arrayContaining([
        {
          path: path.join(blobs, sha256(WEIGHTS)),
          problem: `its hash is ${sha256(toBytes('other'))}: remove it and load the model again`,
        },
        {
          path: path.join(folder, 'tokenizer.json'),
          problem: 'its content is gone; load the model again to fetch it',
        },
        { path: path.join(folder, 'vocab.json'), problem: 'leads out of the cache folder, to /etc/passwd' },
      ]),
    );
    expect(problems).toHaveLength(3);
  });

  it('says what it cannot tell', async () => {
    setting.hub.intercept = (request, response) =>
      !!sendBytes(request, response, WEIGHTS, { 'x-repo-commit': COMMIT, etag: '"of-a-mirror"' });
    await downloadModel(ID, { files: ['model.safetensors'] });
    expect(await verifyCache()).toEqual([{ id: ID, checked: 0, unknown: 1, problems: [] }]);
  });
});

describe('downloadModel', () => {
  it('refuses what is no model, and files that are not there', async () => {
    const files = { 'README.md': '', 'config.json': '{}', 'tokenizer.json': '{}' };
    setting.hub.repositories.set(ID, { commit: COMMIT, files });
    await expect(downloadModel(ID)).rejects.toEqual(
      new ModelNotFoundError(
        `${ID} has no weights of a CLIP model, so that nothing was fetched; it holds README.md, config.json, ` +
          'tokenizer.json. Looked for were model.safetensors, pytorch_model.bin, tf_model.h5, flax_model.msgpack (whole or ' +
          "in shards) and OpenCLIP's file. Weights of other names are fetched when they are named (option files, or --include).",
      ),
    );
    expect(setting.hub.seen().filter((request) => request.startsWith('GET'))).toEqual([`GET hub ${COMMIT}`]);
    expect((await listCache())[0].size).toBe(0);
    await expect(downloadModel(ID, { files: ['README.md', 'a.bin', 'b.bin'] })).rejects.toEqual(
      new ModelNotFoundError(`${ID} has no a.bin, b.bin.`),
    );
  });

  it('of a subfolder names that', async () => {
    setting.hub.repositories.set(ID, { commit: COMMIT, files: { 'tower/model.safetensors': 'x' } });
    const folder = await downloadModel(ID, { subfolder: 'tower' });
    expect(await readdir(folder)).toEqual(['model.safetensors']);
  });
});

describe('nothing is read or written through a link that leads out of the cache', () => {
  let outside: string;
  beforeEach(async () => {
    outside = await mkdtemp(path.join(tmpdir(), 'outside-'));
    await writeFile(path.join(outside, 'config.json'), 'secret');
  });
  afterEach(() => rm(outside, { recursive: true }));

  it('a file of a snapshot', async () => {
    const folder = await downloadModel(ID);
    await rm(path.join(folder, 'config.json'));
    await symlink(path.join(outside, 'config.json'), path.join(folder, 'config.json'));
    await expect((await resolveModelFiles(ID)).read('config.json')).rejects.toEqual(
      new ModelNotFoundError(
        `${folder}/config.json leads out of the cache folder, to ${outside}/config.json; nothing is read or written there. Remove that link, or set HF_HUB_CACHE to where the files really are.`,
      ),
    );
  });

  it.each(['', 'blobs', 'snapshots', `snapshots/${COMMIT}`])(
    "the folder 'models--owner--tiny-clip/%s'",
    async (name) => {
      await mkdir(path.dirname(path.join(repository, name)), { recursive: true });
      await symlink(outside, path.join(repository, name));
      await expect(downloadModel(ID, { files: ['model.safetensors'] })).rejects.toThrow(
        `${path.join(repository, name).replace(/\/$/, '')} leads out of the cache folder, to ${outside}; nothing is read or written there.`,
      );
      expect(await readdir(outside)).toEqual(['config.json']);
    },
  );

  it('a partial file', async () => {
    await mkdir(blobs, { recursive: true });
    const partial = path.join(blobs, `${sha256(WEIGHTS)}.node.incomplete`);
    await symlink(path.join(outside, 'config.json'), partial);
    await expect(downloadModel(ID, { files: ['model.safetensors'] })).rejects.toEqual(
      new DownloadError(`${partial} is a link, which nothing is written through; remove it and try again.`),
    );
    expect(await readFile(path.join(outside, 'config.json'), 'utf8')).toBe('secret');
  });

  it('nor is anything removed', async () => {
    await downloadModel(ID);
    await rename(blobs, path.join(outside, 'blobs'));
    await symlink(path.join(outside, 'blobs'), blobs);
    await removeFromCache(ID, { revision: 'main' });
    await removeFromCache(ID);
    expectBytes(await readFile(path.join(outside, 'blobs', sha256(WEIGHTS))), WEIGHTS);
  });
});
