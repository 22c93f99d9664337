// SPDX-License-Identifier: Apache-2.0
/** The cache in Hugging Face's layout: what is asked of the hub, what lies where, what is found again. */
import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { downloadModel, env } from '../../packages/clip/src/pretrained/hub/index.js';
import type { ModelFiles, PretrainedOptions } from '../../packages/clip/src/pretrained/modelFiles.js';
import { resolveModelFiles } from '../../packages/clip/src/pretrained/resolveModelFiles.js';
import { COMMIT, expectBytes, ID, tinyModel, useHub, WEIGHTS } from './setting.js';
import { gitSha1 } from './testHub.js';

const NEWER = 'fedcba9876543210fedcba9876543210fedcba98';
const python = require('../fixtures/hub/python_cache.json');
const setting = useHub();

describe('what is asked of the hub', () => {
  it('each file once, all of one commit, the content by the address of the commit', async () => {
    await readAll(await resolveModelFiles(ID));
    const { hub } = setting;
    expect(hub.seen()).toEqual([
      'HEAD hub config.json', // main
      'HEAD hub config.json', // where that redirects to
      'GET hub config.json',
      'GET hub config.json',
      'HEAD hub vocab.json',
      'HEAD hub model.safetensors',
      'GET hub model.safetensors',
      'GET cdn model.safetensors',
    ]);
    expect(hub.requests[0].url).toBe(`/${ID}/resolve/main/config.json`);
    for (const { at, url } of hub.requests.slice(1)) if (at === 'hub') expect(url).toContain(COMMIT);
  });

  it('with all of it in the cache, only what the branch stands for now', async () => {
    await readAll(await resolveModelFiles(ID));
    setting.hub.requests.length = 0;
    await readAll(await resolveModelFiles(ID));
    expect(setting.hub.seen()).toEqual(['HEAD hub config.json', 'HEAD hub config.json']);
  });

  it('nothing, for a commit in the cache, or with localFilesOnly', async () => {
    await readAll(await resolveModelFiles(ID));
    setting.hub.requests.length = 0;
    await readAll(await resolveModelFiles(ID, { revision: COMMIT }));
    await readAll(await resolveModelFiles(ID, { localFilesOnly: true }));
    process.env.HF_HUB_OFFLINE = '1';
    await readAll(await resolveModelFiles(ID));
    delete process.env.HF_HUB_OFFLINE;
    env.offline = true;
    await readAll(await resolveModelFiles(ID));
    expect(setting.hub.seen()).toEqual([]);
  });

  it('what a newer commit changed', async () => {
    await readAll(await resolveModelFiles(ID));
    setting.hub.requests.length = 0;
    const newer = { ...tinyModel(), commit: NEWER, refs: { old: COMMIT } };
    newer.files['config.json'] = '{"model_type": "clip", "newer": true}';
    setting.hub.repositories.set(ID, newer);
    expect(await text(await resolveModelFiles(ID), 'config.json')).toBe(newer.files['config.json']);
    expect(await text(await resolveModelFiles(ID), 'tokenizer.json')).toBe('{"version": "1.0"}');
    await bytes(await resolveModelFiles(ID), 'model.safetensors');
    expect(setting.hub.seen()).not.toContain('GET hub model.safetensors');
    expect(await text(await resolveModelFiles(ID, { revision: COMMIT }), 'config.json')).toBe(
      '{"model_type": "clip"}',
    );
  });

  it('everything again, with forceDownload', async () => {
    await readAll(await resolveModelFiles(ID));
    setting.hub.requests.length = 0;
    const files = await resolveModelFiles(ID, { forceDownload: true });
    await files.preload!(['config.json', 'model.safetensors']);
    await readAll(files);
    await readAll(files);
    const fetches = setting.hub.seen().filter((request) => request.startsWith('GET'));
    expect(fetches.sort()).toEqual([
      'GET cdn model.safetensors',
      'GET hub config.json',
      'GET hub config.json',
      'GET hub model.safetensors',
    ]);
  });

  it('asks once for what is not there, with forceDownload too', async () => {
    const files = await resolveModelFiles(ID, { forceDownload: true });
    await files.read('config.json');
    for (let i = 0; i < 3; i++) expect(await files.read('vocab.json')).toBeNull();
    expect(setting.hub.seen().filter((request) => request.endsWith('vocab.json'))).toEqual([
      'HEAD hub vocab.json',
    ]);
  });
});

describe('without the hub', () => {
  it('the state that is in the cache serves, and messages say so', async () => {
    await text(await resolveModelFiles(ID), 'config.json');
    setting.hub.intercept = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    setting.hub.requests.length = 0;
    const files = await resolveModelFiles(ID);
    expect(await text(files, 'config.json')).toBe('{"model_type": "clip"}');
    expect(await files.read('tokenizer.json')).toBeNull();
    expect(files.name).toBe(`${ID} (the hub is out of reach; as it is in ${setting.cache})`);
    expect(setting.hub.requests.length).toBe(1); // No patience where there is something else to do.
  });

  it('offline, likewise', async () => {
    await text(await resolveModelFiles(ID), 'config.json');
    const files = await resolveModelFiles(ID, { localFilesOnly: true });
    expect(files.name).toBe(`${ID} (offline, as it is in ${setting.cache})`);
    expect(await files.open('model.safetensors')).toBeNull();
  });
});

describe('what lies where', () => {
  it("is exactly what Python's huggingface_hub makes of the same repository", async () => {
    const { large, commit, files } = python;
    setting.hub.repositories.set(ID, { commit, large, files: pythonFiles() });
    const model = await resolveModelFiles(ID);
    for (const file of [...Object.keys(files), python.absent])
      await model.open(file).then((source) => source?.close());
    const { 'CACHEDIR.TAG': tag, ...tree } = await describeTree(setting.cache);
    const { 'CACHEDIR.TAG': pythonTag, ...pythonTree } = python.tree; // It names its maker.
    expect([tree, !!tag]).toEqual([pythonTree, !!pythonTag]);
  });

  it('is found where Python has put it', async () => {
    for (const [name, entry] of Object.entries<{ link?: string }>(python.tree)) {
      const file = path.join(setting.cache, name);
      await mkdir(path.dirname(file), { recursive: true });
      const blob = Object.values(pythonFiles()).find((content) =>
        [gitSha1(content), hashOf(content)].includes(path.basename(name)),
      );
      if (entry.link) await symlink(entry.link, file);
      else await writeFile(file, name.includes('/refs/') ? COMMIT : (blob ?? ''));
    }
    for (const options of [{ localFilesOnly: true }, { revision: COMMIT }]) {
      const files = await resolveModelFiles(ID, options);
      for (const [file, content] of Object.entries(pythonFiles()))
        expectBytes(await bytes(files, file), content);
      expect(await files.read(python.absent)).toBeNull();
      const inner = await resolveModelFiles(ID, { ...options, subfolder: 'towers/text' });
      expect(await text(inner, 'config.json')).toBe('{"model_type": "clip_text_model"}');
    }
    expect(setting.hub.seen()).toEqual([]);
  });

  it('without symbolic links, the files are there all the same', async () => {
    process.env.HF_HUB_DISABLE_SYMLINKS = '1';
    const folder = await downloadModel(ID);
    expect((await lstat(path.join(folder, 'model.safetensors'))).isFile()).toBe(true);
    expectBytes(await readFile(path.join(folder, 'model.safetensors')), WEIGHTS);
    await readAll(await resolveModelFiles(ID, { localFilesOnly: true }));
  });

  it('a link whose content is gone is mended', async () => {
    const folder = await downloadModel(ID);
    await rm(path.join(folder, '../../blobs'), { recursive: true });
    await readAll(await resolveModelFiles(ID));
  });

  it.each<[string, Record<string, string>, string, PretrainedOptions?]>([
    ['HF_HOME', { HF_HOME: '$ROOT/home' }, 'home/hub'],
    ['XDG_CACHE_HOME', { HF_HOME: '', XDG_CACHE_HOME: '$ROOT/xdg' }, 'xdg/huggingface/hub'],
    ['HUGGINGFACE_HUB_CACHE', { HUGGINGFACE_HUB_CACHE: '$ROOT/older' }, 'older'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a shell writes it
    ['HF_HUB_CACHE', { HUGGINGFACE_HUB_CACHE: '$ROOT/older', HF_HUB_CACHE: '${ROOT}/newer' }, 'newer'],
    ['cacheDir', { HF_HUB_CACHE: '$ROOT/newer' }, 'option', { cacheDir: 'option' }],
  ])('%s names the folder', async (_, variables, expected, options = {}) => {
    const root = path.dirname(setting.cache);
    const before = { ...process.env };
    Object.assign(process.env, variables, { ROOT: root });
    try {
      const cacheDir = options.cacheDir && path.join(root, options.cacheDir);
      await text(await resolveModelFiles(ID, { ...options, cacheDir }), 'config.json');
      expect(await readdir(path.join(root, expected))).toContain('models--owner--tiny-clip');
    } finally {
      for (const name of Object.keys({ ...variables, ROOT: '' })) delete process.env[name];
      Object.assign(process.env, before);
    }
  });
});

it('a model in shards is fetched with its index, four shards at once', async () => {
  const shards = Array.from({ length: 6 }, (_, i) => `model-0000${i + 1}-of-00006.safetensors`);
  const index = {
    weight_map: Object.fromEntries(
      shards.flatMap((shard, i) => [
        [`a${i}`, shard],
        [`b${i}`, shard],
      ]),
    ),
  };
  setting.hub.repositories.set(ID, {
    commit: COMMIT,
    files: {
      'config.json': '{}',
      'model.safetensors.index.json': JSON.stringify(index),
      ...Object.fromEntries(shards.map((shard, i) => [shard, WEIGHTS.subarray(i)])),
    },
    large: shards,
  });
  let delivering = 0;
  let most = 0;
  setting.hub.intercept = async (_request, response, at) => {
    if (at === 'hub') return false;
    most = Math.max(most, ++delivering);
    response.on('close', () => delivering--);
    await new Promise((resolve) => setTimeout(resolve, 100));
    return false;
  };
  const files = await resolveModelFiles(ID);
  await files.preload!(['config.json', 'model.safetensors', 'model.safetensors.index.json']);
  expect(most).toBe(4);
  setting.hub.requests.length = 0;
  expectBytes(await bytes(files, shards[5]), WEIGHTS.subarray(5));
  expect(setting.hub.seen()).toEqual([]);
});

it('env holds for the whole process', async () => {
  const { hub, cache } = setting;
  let asked = 0;
  env.cacheDir = path.join(path.dirname(cache), 'of-env');
  env.endpoint = undefined;
  process.env.HF_ENDPOINT = `${hub.url}/`;
  env.fetch = (...parameters) => {
    asked++;
    return fetch(...parameters);
  };
  expect(await downloadModel(ID)).toMatch(env.cacheDir);
  expect(asked).toBe(hub.requests.length);
});

it('downloadModel names the folder, from which a model loads like any other', async () => {
  const folder = await downloadModel(ID);
  expect(folder).toBe(path.join(setting.cache, 'models--owner--tiny-clip/snapshots', COMMIT));
  expect((await readdir(folder)).sort()).toEqual(['config.json', 'model.safetensors', 'tokenizer.json']);
  await readAll(await resolveModelFiles(folder));
});

async function readAll(files: ModelFiles): Promise<void> {
  expect(await text(files, 'config.json')).toBe('{"model_type": "clip"}');
  expect(await files.read('vocab.json')).toBeNull();
  expectBytes(await bytes(files, 'model.safetensors'), WEIGHTS);
}

async function text(files: ModelFiles, file: string): Promise<string> {
  return new TextDecoder().decode((await files.read(file))!);
}

async function bytes(files: ModelFiles, file: string): Promise<Uint8Array> {
  const source = (await files.open(file))!;
  try {
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}

function pythonFiles(): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries<string>(python.files).map(([name, hex]) => [
      name,
      Uint8Array.from(Buffer.from(hex, 'hex')),
    ]),
  );
}

/** As test/python/make_hub_cache.py describes it. */
async function describeTree(folder: string) {
  const tree: Record<string, { link: string } | { sha256: string }> = {};
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (name.startsWith('.locks') || entry.isDirectory()) continue;
    tree[name] = entry.isSymbolicLink()
      ? { link: await readlink(file) }
      : { sha256: hashOf(await readFile(file)) };
  }
  return tree;
}

function hashOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
