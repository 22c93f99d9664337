// SPDX-License-Identifier: Apache-2.0
/** `tfjs-clip convert` and `inspect` as a user runs them. Each dialect is tested in test/conversion. */
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { modelFolder } from '../harness/fixture.js';
import { root, temporaryFolder, tfjsClip } from './command.js';

const checkpoints = path.join(root, 'test/fixtures/checkpoints');
const openai = path.join(checkpoints, 'openai-torchscript/ViT-tiny.pt');
const cwd = temporaryFolder();
const convert = (...args: string[]) => tfjsClip(['convert', ...args], { cwd });
const inspect = (...args: string[]) => tfjsClip(['inspect', ...args], { cwd });
const bytesOf = (file: string) => readFileSync(path.join(cwd, file));

const assumed =
  'note: There is no config.json: the sizes are those of the tensors, and the activation is taken for quick_gelu, as in ' +
  'all models of OpenAI.\n' +
  'note: text_model is 12 wide, no multiple of 64: its number of heads is taken for 1.\n' +
  'note: vision_model is 16 wide, no multiple of 64: its number of heads is taken for 1.\n';

describe('convert', () => {
  it('a file of OpenAI to hf, and says what it assumed', async () => {
    expect(await convert(openai, 'hf', '--to', 'hf', '--dtype', 'float32')).toEqual({
      exitCode: 0,
      signal: null,
      stdout: '',
      stderr:
        `${assumed}` +
        'note: There is no tokenizer, which texts need: copy tokenizer.json and tokenizer_config.json of the model that ' +
        'it descends from, such as openai/clip-vit-base-patch32.\n' +
        "note: No file says how pictures are prepared: CLIP's own way is assumed, at 8 × 8.\n" +
        'wrote hf: CLIPModel, 7,313 parameters as float32, 39.1 kB in 3 files\n',
    });
    const transformers = readFileSync(path.join(checkpoints, 'hugging-face/model.safetensors'));
    expect(Buffer.compare(bytesOf('hf/model.safetensors'), transformers)).toBe(0);
  });

  it('to openclip, as one JSON document and nothing else', async () => {
    const { exitCode, stdout, stderr } = await convert('hf', 'oc', '--to', 'openclip', '--json', '--quiet');
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual({
      ...{ source: 'hf', format: 'safetensors', names: 'hugging-face', modelClass: 'CLIPModel' },
      ...{ to: 'openclip', dtype: 'float32', folder: 'oc', notes: [] },
      files: [
        { file: 'open_clip_config.json', size: bytesOf('oc/open_clip_config.json').length },
        { file: 'open_clip_model.safetensors', size: bytesOf('oc/open_clip_model.safetensors').length },
      ],
    });
  });

  it('and back: the same file, byte for byte', async () => {
    expect((await convert('oc', 'back', '--to', 'hf', '-q')).exitCode).toBe(0);
    expect(Buffer.compare(bytesOf('back/model.safetensors'), bytesOf('hf/model.safetensors'))).toBe(0);
  });

  it('to tfjs: text/ and vision/, and the processor beside them', async () => {
    expect(await convert('emoji-clip', 'tfjs', '--to', 'tfjs', '--max-shard-size', '1MB')).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: 'wrote tfjs: CLIPModel, 1,832,449 parameters as float16, 4.1 MB in 11 files\n',
    });
    const files = readdirSync(path.join(cwd, 'tfjs'), { recursive: true });
    expect(files).toEqual(expect.arrayContaining(['text/model.json', 'vision/model.json', 'tokenizer.json']));
  });

  it.each([
    ['int8', 'I8', '2.9 MB'],
    ['int4', 'U8', '2.4 MB'],
  ])('to %s, which loads', async (dtype, stored, size) => {
    const { stderr } = await convert('emoji-clip', dtype, '--to', 'hf', '--dtype', dtype);
    expect(stderr).toBe(`wrote ${dtype}: CLIPModel, 1,832,449 parameters as ${dtype}, ${size} in 7 files\n`);
    expect(bytesOf(`${dtype}/model.safetensors`).toString('latin1', 0, 20_000)).toContain(
      `"dtype":"${stored}"`,
    );
    const { exitCode, stdout } = await tfjsClip(
      ['classify', 'sun.png', '-l', 'sun,pizza', '--top', '1', '-q', '-m', path.join(cwd, dtype)],
      { cwd: path.join(root, 'test/fixtures/browser') },
    );
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining('sun ')]);
  });

  it('in shards', async () => {
    await convert(modelFolder('clip-gelu'), 'shards', '--to', 'hf', '--max-shard-size', '20kB');
    expect(readdirSync(path.join(cwd, 'shards'))).toEqual(
      expect.arrayContaining(['model-00002-of-00002.safetensors', 'model.safetensors.index.json']),
    );
  });

  it('puts a new model in the place of an old one with --force only', async () => {
    expect(await convert('hf', 'oc', '--to', 'hf')).toMatchObject({
      exitCode: 2,
      stderr: 'tfjs-clip: oc is not empty. Name another folder, or add --force to replace it.\n',
    });
    expect((await convert('hf', 'oc', '--to', 'hf', '--force')).exitCode).toBe(0);
    expect(readdirSync(path.join(cwd, 'oc'))).toEqual([
      'config.json',
      'model.safetensors',
      'preprocessor_config.json',
    ]);
  });

  it.each([
    ['a model that is not there', ['gone', 'x', '--to', 'hf'], /^There is no model 'gone': no such folder; /],
    [
      'a folder that is no model',
      ['.', 'x', '--to', 'hf'],
      /^\. holds no weights: there is no model\.safetensors/,
    ],
    [
      'a file of an old format',
      [path.join(checkpoints, 'odd/legacy.pt'), 'x', '--to', 'hf'],
      /legacy\.pt was written by torch before 1\.6/,
    ],
    [
      'one tower as a whole',
      [modelFolder('text-model'), 'x', '--to', 'openclip'],
      / is a CLIPTextModel; OpenCLIP has models of both towers only\./,
    ],
  ])('%s is no success, and leaves no folder: exit code 1', async (_, args, message) => {
    const { exitCode, stdout, stderr } = await convert(...args);
    expect([exitCode, stdout]).toEqual([1, '']);
    expect(stderr.replace('tfjs-clip: ', '')).toMatch(message);
    expect(readdirSync(cwd).filter((name) => /^x$|^\./.test(name))).toEqual([]);
  });
});

describe('a checkpoint without a configuration', () => {
  it('is computed with, and what was assumed is said', async () => {
    mkdirSync(path.join(cwd, 'openai'));
    cpSync(path.join(checkpoints, 'openai/model.pt'), path.join(cwd, 'openai/model.pt'));
    writeFileSync(
      path.join(cwd, 'openai/preprocessor_config.json'),
      JSON.stringify({ size: { shortest_edge: 8 }, crop_size: { height: 8, width: 8 } }),
    );
    const picture = path.join(root, 'test/fixtures/browser/heart.jpg');
    const embed = (...args: string[]) =>
      tfjsClip(['embed', picture, '-m', 'openai', '-b', 'cpu', ...args], { cwd });
    expect(await embed()).toMatchObject({ exitCode: 0, stderr: `backend: cpu\n${assumed}` });
    expect(await embed('--quiet')).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe('inspect', () => {
  it('tells of a file without a configuration', async () => {
    expect(await inspect(openai)).toEqual({
      exitCode: 0,
      signal: null,
      stderr: '',
      stdout: `${openai}
class    CLIPModel
weights  a PyTorch file, with OpenAI's names
config   none; told by the shapes of the tensors
text     2 layers, 12 wide, 1 head, quick_gelu; 8 tokens of 40
vision   2 layers, 16 wide, 1 head, quick_gelu; 8 × 8 pixels in patches of 4

part          tensors  parameters       size
text tower         36       2,768     6.9 kB
vision tower       39       4,320     9.2 kB
projections         2         224  448 bytes
logit scale         1           1    4 bytes
all                78       7,313    16.6 kB

stored as  tensors  parameters     size
float32         27         985   3.9 kB
float16         51       6,328  12.7 kB

${assumed}`,
    });
  });

  it('as JSON', async () => {
    const { exitCode, stdout } = await inspect(modelFolder('image-classification'), '--json');
    const { modelClass, configSource, parts, problems } = JSON.parse(stdout);
    expect([exitCode, modelClass, configSource, problems]).toEqual([
      0,
      'CLIPForImageClassification',
      'config.json',
      [],
    ]);
    expect(Object.keys(parts).sort()).toEqual(['classifier', 'vision']);
  });

  it('names what keeps it from loading: exit code 1', async () => {
    mkdirSync(path.join(cwd, 'misfit'));
    const source = modelFolder('clip-gelu');
    const config = JSON.parse(readFileSync(path.join(source, 'config.json'), 'utf8'));
    config.text_config.vocab_size = 7;
    writeFileSync(path.join(cwd, 'misfit/config.json'), JSON.stringify(config));
    writeFileSync(
      path.join(cwd, 'misfit/model.safetensors'),
      readFileSync(path.join(source, 'model.safetensors')),
    );
    const { exitCode, stdout, stderr } = await inspect('misfit');
    expect([exitCode, stderr]).toEqual([1, 'tfjs-clip: misfit cannot be loaded as it is.\n']);
    expect(stdout).toMatch(/\nproblem: .*text_model\.embeddings\.token_embedding\.weight/s);
  });
});
