// SPDX-License-Identifier: Apache-2.0
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { InvalidArgumentError, ModelNotFoundError } from '../errors.js';
import type { ModelFiles, ProgressEvent } from './modelFiles.js';
import { resolveModelFiles } from './resolveModelFiles.js';

let folder: string;
let server: Server;
let address: string;
/** What the server holds, and what it was asked for. */
let served: Record<string, string>;
let requests: { url: string; authorization?: string }[];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'model-files-'));
  await writeFile(path.join(folder, 'config.json'), '{}');
  served = {};
  requests = [];
  server = createServer((request, response) => {
    requests.push({ url: request.url!, authorization: request.headers.authorization });
    const body = served[request.url!];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  await new Promise((closed) => server.close(closed));
});

describe('a folder', () => {
  it('by path and by file: URL', async () => {
    for (const name of [folder, `${folder}/`, pathToFileURL(folder)]) {
      const files = await resolveModelFiles(name);
      expect(await text(files, 'config.json')).toBe('{}');
      expect(await files.read('model.safetensors')).toBeNull();
      expect(await files.open('model.safetensors')).toBeNull();
    }
  });

  it('and a folder within it', async () => {
    await mkdir(path.join(folder, 'encoder'));
    await writeFile(path.join(folder, 'encoder', 'config.json'), '{"inner": true}');
    const files = await resolveModelFiles(folder, { subfolder: 'encoder' });
    expect(await text(files, 'config.json')).toBe('{"inner": true}');
  });

  it('of the name of a hub repository comes before it', async () => {
    const name = path.relative(process.cwd(), folder);
    expect((await resolveModelFiles(name)).name).toBe(name);
    expect(await text(await resolveModelFiles(name), 'config.json')).toBe('{}');
  });

  it('opens large files for random access', async () => {
    await writeFile(path.join(folder, 'model.safetensors'), 'abcdef');
    const source = (await (await resolveModelFiles(folder)).open('model.safetensors'))!;
    expect(new TextDecoder().decode(await source.read(2, 3))).toBe('cde');
    await source.close();
  });
});

it('a file of weights stands for the usual one, beside the other files of its folder', async () => {
  await writeFile(path.join(folder, 'model.safetensors'), 'other');
  for (const [file, usual] of [
    ['half.safetensors', 'model.safetensors'],
    ['ViT-B-32.pt', 'pytorch_model.bin'],
  ]) {
    await writeFile(path.join(folder, file), 'weights');
    const files = await resolveModelFiles(path.join(folder, file));
    expect(files.name).toBe(path.join(folder, file));
    expect(await text(files, 'config.json')).toBe('{}');
    const source = (await files.open(usual))!;
    expect(new TextDecoder().decode(await source.read(0, source.size))).toBe('weights');
    await source.close();
    expect(await files.open(file)).toBeNull();
  }
});

describe('a web address', () => {
  it('with and without a slash at its end, its query sent along', async () => {
    served = { '/model/config.json': '{"a": 1}', '/model/config.json?key=1': '{"b": 2}' };
    expect(await text(await resolveModelFiles(`${address}/model`), 'config.json')).toBe('{"a": 1}');
    expect(await text(await resolveModelFiles(`${address}/model/`), 'config.json')).toBe('{"a": 1}');
    expect(await text(await resolveModelFiles(`${address}/model?key=1`), 'config.json')).toBe('{"b": 2}');
    expect(await (await resolveModelFiles(`${address}/model`)).read('none.json')).toBeNull();
    expect(await (await resolveModelFiles(`${address}/model`)).open('none.safetensors')).toBeNull();
  });

  it('that nobody answers is reported as a model that cannot be read', async () => {
    const gone = address;
    await new Promise((closed) => server.close(closed));
    const files = await resolveModelFiles(`${gone}/model`);
    const error = await files.read('config.json').catch((e) => e);
    expect(error).toBeInstanceOf(ModelNotFoundError);
    expect(error.message).toMatch(
      new RegExp(`^The model '${gone}/model' cannot be read. ${gone}/model/config.json cannot be reached: `),
    );
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  });
});

it('a web address is not sent the token', async () => {
  await (await resolveModelFiles(`${address}/model`, { token: 'given' })).read('c');
  expect(requests.map(({ authorization }) => authorization)).toEqual([undefined]);
});

it("'emoji-clip' is installed along", async () => {
  const files = await resolveModelFiles('emoji-clip');
  expect(JSON.parse(await text(files, 'config.json'))).toMatchObject({ model_type: 'clip' });
  expect(await files.read('no-such-file.json')).toBeNull();
});

it('reports progress file by file', async () => {
  await writeFile(path.join(folder, 'model.safetensors'), 'abcdef');
  const events: ProgressEvent[] = [];
  const files = await resolveModelFiles(folder, { progressCallback: (event) => events.push(event) });
  await files.read('config.json');
  const source = (await files.open('model.safetensors'))!;
  await source.read(0, 4);
  await source.read(4, 2);
  await source.close();
  const [config, model] = ['config.json', 'model.safetensors'].map((file) => ({ name: folder, file }));
  expect(events.filter(({ status }) => status !== 'progress_total')).toEqual([
    { status: 'initiate', ...config },
    { status: 'progress', ...config, loaded: 2, total: 2, progress: 100 },
    { status: 'done', ...config, loaded: 2, total: 2 },
    { status: 'initiate', ...model },
    { status: 'progress', ...model, loaded: 4, total: 6, progress: (4 / 6) * 100 },
    { status: 'progress', ...model, loaded: 6, total: 6, progress: 100 },
    { status: 'done', ...model, loaded: 6, total: 6 },
  ]);
  expect(events.filter(({ status }) => status === 'progress_total').map((event) => event.loaded)).toEqual([
    2, 6, 8,
  ]);
});

it('refuses what names no model', async () => {
  const file = path.join(folder, 'config.json');
  const refused: [unknown, object, Error][] = [
    [
      'no-such-model',
      {},
      new ModelNotFoundError(
        "There is no model 'no-such-model': no such folder; give a folder, a web address, a Hugging Face id such as 'openai/clip-vit-base-patch32', or 'emoji-clip'.",
      ),
    ],
    [
      './no/such',
      {},
      new ModelNotFoundError(
        "There is no model './no/such': no such folder; give a folder, a web address, a Hugging Face id such as 'openai/clip-vit-base-patch32', or 'emoji-clip'.",
      ),
    ],
    [
      file,
      {},
      new ModelNotFoundError(
        `${file} is no file of weights; give one, or the folder that holds config.json and model.safetensors.`,
      ),
    ],
    [
      '',
      {},
      new InvalidArgumentError('A model is named by a folder, a web address or an id, got an empty string.'),
    ],
    [
      undefined,
      {},
      new InvalidArgumentError('A model is named by a folder, a web address or an id, got undefined.'),
    ],
    ...['../other', '/etc', 'a/../../b', 'a\\b', ''].map((subfolder): [string, object, Error] => [
      folder,
      { subfolder },
      new InvalidArgumentError(
        `subfolder '${subfolder}' must be a folder within the model, such as 'image_encoder'.`,
      ),
    ]),
  ];
  for (const [name, options, error] of refused) {
    await expect(resolveModelFiles(name as string, options)).rejects.toEqual(error);
  }
});

async function text(files: ModelFiles, file: string): Promise<string> {
  return new TextDecoder().decode((await files.read(file))!);
}
