// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip download` and `cache`, against a hub on this machine. What the hub may do wrong is tested in test/hub. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { COMMIT, ID, useHub, WEIGHTS } from '../hub/setting.js';
import { root, tfjsClip } from './command.js';

const setting = useHub();
const run = (...args: string[]) => tfjsClip(args, { env: { HF_ENDPOINT: setting.hub.url } });
const snapshot = () => path.join(setting.cache, 'models--owner--tiny-clip/snapshots', COMMIT);
const ok = (stdout: string, stderr = '') => ({ exitCode: 0, signal: null, stdout, stderr });

describe('download', () => {
  it('prints the folder, which holds the model', async () => {
    expect(await run('download', ID)).toEqual(ok(`${snapshot()}\n`));
    expect(readdirSync(snapshot()).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
    expect(Buffer.compare(readFileSync(path.join(snapshot(), 'model.safetensors')), WEIGHTS)).toBe(0);
  });

  it('fetches nothing twice, unless it must', async () => {
    await run('download', ID);
    const fetched = () => setting.hub.seen().filter((line) => line === 'GET cdn model.safetensors').length;
    await run('download', ID);
    expect(fetched()).toBe(1);
    await run('download', ID, '--force');
    expect(fetched()).toBe(2);
  });

  it('only some files, of a revision, as JSON', async () => {
    setting.hub.repositories.get(ID)!.refs = { v1: COMMIT };
    const { exitCode, stdout } = await run(
      ...['download', ID, '--revision', 'v1', '--json', '--include', 'config.json'],
    );
    expect([exitCode, JSON.parse(stdout)]).toEqual([0, { id: ID, revision: 'v1', folder: snapshot() }]);
    expect(readdirSync(snapshot())).toEqual(['config.json']);
  });

  it('takes the first weights of another kind where the usual ones are not there', async () => {
    const files = { 'open_clip_config.json': '{}', 'pytorch_model.bin': 'weights', 'tf_model.h5': 'more' };
    setting.hub.repositories.set(ID, { commit: COMMIT, files });
    expect((await run('download', ID)).exitCode).toBe(0);
    expect(readdirSync(snapshot()).sort()).toEqual(['open_clip_config.json', 'pytorch_model.bin']);
  });

  it('of a repository without weights: says what is there, fetches nothing, exit code 1', async () => {
    const files = { 'config.json': '{}', 'model.onnx': 'weights of another kind' };
    setting.hub.repositories.set(ID, { commit: COMMIT, files });
    const { exitCode, stdout, stderr } = await run('download', ID);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(
      /^tfjs-clip: owner\/tiny-clip has no weights of a CLIP model, so that nothing was fetched; it holds config\.json, model\.onnx\. /,
    );
    expect(readdirSync(snapshot())).toEqual([]);
  });

  it('follows the index of PyTorch files to its shards', async () => {
    const index = JSON.stringify({ weight_map: { a: 'one.bin', b: 'two.bin', c: 'one.bin' } });
    const files = {
      'config.json': '{}',
      'pytorch_model.bin.index.json': index,
      'one.bin': '1',
      'two.bin': '2',
    };
    setting.hub.repositories.set(ID, { commit: COMMIT, files });
    expect((await run('download', ID)).exitCode).toBe(0);
    expect(readdirSync(snapshot()).sort()).toEqual(Object.keys(files).sort());
  });

  it.each([
    ['no-such/model', /Repository|no-such\/model/],
    ['clip', /^tfjs-clip: 'clip' is no Hugging Face id: /],
    [`${ID} --include pytorch_model.bin`, /^tfjs-clip: owner\/tiny-clip.* has no pytorch_model\.bin\.\n$/],
  ])('%s cannot be had: exit code 1', async (line, message) => {
    const { exitCode, stdout, stderr } = await run('download', ...line.split(' '));
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });
});

it('inspect: fetches the list of tensors only, and says how much that was', async () => {
  const emojiClip = (file: string) => readFileSync(path.join(root, 'packages/emoji-clip', file));
  setting.hub.repositories.set(ID, {
    commit: COMMIT,
    files: {
      'config.json': emojiClip('config.json'),
      'model.safetensors': emojiClip('model.safetensors'),
    },
    large: ['model.safetensors'],
  });
  const { exitCode, stdout, stderr } = await run('inspect', ID);
  expect([exitCode, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/^owner\/tiny-clip\nclass {4}CLIPModel\n/);
  expect(stdout).toMatch(/\nfetched {2}65\.5 kB of 3\.7 MB\n/);
  expect(readdirSync(snapshot())).toEqual(['config.json']);
});

describe('cache', () => {
  it('that is empty', async () => {
    expect(await run('cache', 'ls')).toEqual(ok('', 'The cache is empty.\n'));
    expect(await run('cache', 'verify')).toEqual(ok('', 'The cache is empty.\n'));
  });

  it('ls: models, sizes, revisions', async () => {
    await run('download', ID);
    const date = new Date().toISOString().slice(0, 10);
    expect(await run('cache', 'ls')).toEqual(
      ok(
        `model                size  revisions  last change\n` +
          `owner/tiny-clip  300.0 kB  main       ${date}\n` +
          `all              300.0 kB\n`,
      ),
    );
    const { models, size } = JSON.parse((await run('cache', 'ls', '--json')).stdout);
    expect([size, models.length, models[0].id, models[0].revisions[0].path]).toEqual([
      WEIGHTS.length + 40,
      1,
      ID,
      snapshot(),
    ]);
  });

  it('rm: asks, and where it cannot ask removes nothing', async () => {
    await run('download', ID);
    expect(await run('cache', 'rm', ID)).toEqual({
      exitCode: 2,
      signal: null,
      stdout: '',
      stderr:
        'tfjs-clip: Remove owner/tiny-clip (300.0 kB) from the cache? There is no terminal to ask on: add --yes if so.\n',
    });
    expect(readdirSync(snapshot())).toContain('config.json');
    expect(await run('cache', 'rm', ID, '--yes')).toEqual(ok('', 'removed owner/tiny-clip: 300.0 kB free\n'));
    expect(await run('cache', 'rm', ID, '--yes')).toMatchObject({
      exitCode: 1,
      stderr: `tfjs-clip: ${ID} is not in the cache folder ${setting.cache}.\n`,
    });
  });

  it('rm --revision, as JSON', async () => {
    await run('download', ID);
    const { stdout } = await run('cache', 'rm', ID, '--revision', 'main', '--yes', '--json');
    expect(JSON.parse(stdout)).toEqual({ id: ID, revision: 'main', freed: WEIGHTS.length + 40 });
  });

  it('verify: finds what was changed: exit code 1', async () => {
    await run('download', ID);
    expect(await run('cache', 'verify', ID)).toEqual(ok('owner/tiny-clip: sound, 3 checked\n'));
    const blobs = path.join(setting.cache, 'models--owner--tiny-clip/blobs');
    const blob = readdirSync(blobs).find((name) => name.length === 64)!;
    writeFileSync(path.join(blobs, blob), 'tampered');
    const { exitCode, stdout, stderr } = await run('cache', 'verify');
    expect([exitCode, stdout]).toEqual([1, 'owner/tiny-clip: 1 broken, 3 checked\n']);
    expect(stderr).toMatch(
      new RegExp(`^tfjs-clip: .*/${blob}: its hash is .*\ntfjs-clip: 1 of the files is broken\\.\n$`),
    );
    const json = JSON.parse((await run('cache', 'verify', '--json')).stdout);
    expect([json.problems, json.models[0].id, json.models[0].problems.length]).toEqual([1, ID, 1]);
  });
});
