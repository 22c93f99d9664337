// SPDX-License-Identifier: Apache-2.0
/** From every dialect into every other one that is written: the same logits, the same bits, and what is refused. */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openSource } from '@tfjs-clip/safetensors';
import { openCheckpoint } from '@tfjs-clip/weights-converter';
import {
  CheckpointError,
  CLIPImageProcessor,
  CLIPProcessor,
  type ConvertOptions,
  convertModel,
  InvalidArgumentError,
  inspectModel,
  ModelNotFoundError,
  TFCLIPModel,
} from 'tfjs-clip';
import { DIALECTS, fixtureFiles } from '../../weights-converter/testing/fixtures.js';
import { pickle, text } from '../../weights-converter/testing/pickles.js';
import { zipFile } from '../../weights-converter/testing/zipFile.js';
import { Fixture, modelFolder, relativeDifference, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';

const ROOT = path.resolve(__dirname, '../fixtures/checkpoints');
const sourceOf = ({ folder, file }: { folder: string; file?: string }) => path.join(ROOT, folder, file ?? '');

let folder: string;
let target: string;
beforeAll(() => tf.setBackend('cpu'));
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'convert-'));
  target = path.join(folder, 'new');
});
afterEach(() => rm(folder, { recursive: true }));

describe.each(DIALECTS)('$folder', (dialect) => {
  it('to hf: the file that transformers wrote of the same model, byte for byte', async () => {
    await leavesNoTensors(async () => {
      await convertModel(sourceOf(dialect), target, { to: 'hf', dtype: 'F32' });
    });
    const [ours, theirs] = await Promise.all(
      [target, path.join(ROOT, 'hugging-face')].map((at) => readFile(path.join(at, 'model.safetensors'))),
    );
    expect(Buffer.compare(ours, theirs)).toBe(0);
  });

  it('to hf: the logits of transformers', async () => {
    await convertModel(sourceOf(dialect), target, { to: 'hf' });
    const expected = await Fixture.open('checkpoints/expected.safetensors');
    await withModel(TFCLIPModel.fromPretrained(target), async (model) => {
      const { logitsPerImage } = model.call({
        inputIds: expected.tensor('input_ids') as tf.Tensor2D,
        pixelValues: expected.tensor('pixel_values') as tf.Tensor4D,
      });
      const { values } = expected.get('logits_per_image');
      expect(relativeDifference(await logitsPerImage.data(), values)).toBeLessThan(5e-6);
    });
  });

  it('to openclip: the tensors and the configuration of open_clip', async () => {
    await convertModel(sourceOf(dialect), target, { to: 'openclip' });
    const ours = await openCheckpoint({
      name: 'ours',
      read: async () => null,
      open: (file) => openSource(path.join(target, file)).catch(() => null),
    });
    const theirs = await openCheckpoint(fixtureFiles('open-clip'));
    expect(ours.scheme).toBe('openclip');
    for (const [name, { read }] of theirs.tensors) {
      expect([name, await ours.tensors.get(name)!.read()]).toEqual([name, await read()]);
    }
    await ours.close();
    await theirs.close();
    const [{ model_cfg: ourConfig }, { model_cfg: theirConfig }] = await Promise.all(
      [target, path.join(ROOT, 'open-clip')].map((at) => jsonIn(at, 'open_clip_config.json')),
    );
    for (const config of [ourConfig, theirConfig]) {
      // open_clip's int(width * mlp_ratio), which several ratios give.
      for (const tower of [config.vision_cfg, config.text_cfg])
        tower.mlp_ratio = Math.trunc(tower.width * tower.mlp_ratio);
    }
    expect(ourConfig).toMatchObject(theirConfig);
  });

  it('to tfjs: a tower each', async () => {
    await leavesNoTensors(async () => {
      await convertModel(sourceOf(dialect), target, { to: 'tfjs' });
    });
    expect(await readdir(target)).toEqual(expect.arrayContaining(['text', 'vision']));
    expect((await jsonIn(path.join(target, 'text'), 'model.json')).format).toBe('layers-model');
  });
});

it('OpenCLIP → hf → OpenCLIP → OpenCLIP: the same file', async () => {
  const [hf, first, second] = ['hf', 'first', 'second'].map((name) => path.join(folder, name));
  await convertModel(path.join(ROOT, 'open-clip'), hf, { to: 'hf' });
  await convertModel(hf, first, { to: 'openclip' });
  await convertModel(first, second, { to: 'openclip' });
  const files = [first, second].map((at) => readFile(path.join(at, 'open_clip_model.safetensors')));
  expect(Buffer.compare(await files[0], await files[1])).toBe(0);
  expect(await jsonIn(first, 'open_clip_config.json')).toEqual(await jsonIn(second, 'open_clip_config.json'));
});

describe('what is written', () => {
  it('is stored as the source is, where all of it is stored alike', async () => {
    const { dtype, modelClass } = await convertModel(modelFolder('clip-gelu-bfloat16'), target, { to: 'hf' });
    expect([dtype, modelClass]).toEqual(['BF16', 'CLIPModel']);
    expect((await jsonIn(target, 'config.json')).dtype).toBe('bfloat16');
    const [ours, theirs] = [target, modelFolder('clip-gelu-bfloat16')].map((at) =>
      readFile(path.join(at, 'model.safetensors')),
    );
    expect(Buffer.compare(await ours, await theirs)).toBe(0);
  });

  it.each([
    'text-model',
    'text-model-with-projection',
    'vision-model',
    'vision-model-with-projection',
    'image-classification',
  ])('%s keeps its class', async (name) => {
    await convertModel(modelFolder(name), target, { to: 'hf', maxShardSize: '5KB' });
    const [ours, theirs] = await Promise.all(
      [target, modelFolder(name)].map((at) => jsonIn(at, 'config.json')),
    );
    expect(ours).toEqual(theirs);
    const { problems, modelClass } = await inspectModel(target);
    expect([problems, modelClass]).toEqual([[], theirs.architectures[0]]);
  });

  it('has the tokenizer and the image processor of the source, byte for byte', async () => {
    const { notes } = await convertModel('emoji-clip', target, { to: 'tfjs' });
    expect(notes).toEqual([]);
    const emojiClip = path.resolve(__dirname, '../../packages/emoji-clip');
    for (const file of [
      'tokenizer.json',
      'tokenizer_config.json',
      'preprocessor_config.json',
      'vocab.json',
    ]) {
      expect(await readFile(path.join(target, file), 'utf8')).toBe(
        await readFile(path.join(emojiClip, file), 'utf8'),
      );
    }
    const processor = await CLIPProcessor.fromPretrained(target);
    expect(processor.imageProcessor.cropSize).toEqual({ height: 48, width: 48 });
  });

  it('has the image processor that open_clip_config.json describes', async () => {
    await convertModel(path.join(ROOT, 'open-clip'), target, { to: 'hf' });
    const { preprocess_cfg } = await jsonIn(path.join(ROOT, 'open-clip'), 'open_clip_config.json');
    const processor = await CLIPImageProcessor.fromPretrained(target);
    expect(processor.imageMean).toEqual(preprocess_cfg.mean);
    expect(processor.size).toEqual({ shortestEdge: 8 });
  });

  it('says what had to be assumed', async () => {
    const { notes } = await convertModel(path.join(ROOT, 'torch'), target, { to: 'hf' });
    expect(notes).toEqual([
      'There is no tokenizer, which texts need: copy tokenizer.json and tokenizer_config.json of the model that it ' +
        'descends from, such as openai/clip-vit-base-patch32.',
      "No file says how pictures are prepared: CLIP's own way is assumed, at 8 × 8.",
    ]);
    const processor = await CLIPImageProcessor.fromPretrained(target);
    expect(processor.cropSize).toEqual({ height: 8, width: 8 });
  });

  it('is told of as it is read', async () => {
    const shares: number[] = [];
    await convertModel(modelFolder('clip-gelu'), target, {
      to: 'hf',
      progressCallback: ({ status, progress }) => status === 'progress_total' && shares.push(progress!),
    });
    expect(shares.at(-1)).toBe(100);
  });
});

describe('what is refused, and leaves nothing behind', () => {
  const classifier = modelFolder('image-classification');
  const tower = modelFolder('text-model');
  it.each<[string, string, object, string]>([
    ['no target', tower, { to: 'onnx' }, 'to: "onnx" is no target; there are hf, openclip, tfjs.'],
    [
      'integers for others',
      tower,
      { to: 'tfjs', quantization: { type: 'int4' } },
      "Weights as int4 can be converted to: 'hf' only; no one else reads them.",
    ],
    [
      'bfloat16 for tfjs',
      tower,
      { to: 'tfjs', dtype: 'BF16' },
      "tfjs has no bfloat16: give dtype 'F32' or 'F16'.",
    ],
    [
      'shards for OpenCLIP',
      tower,
      { to: 'openclip', maxShardSize: '1GB' },
      'OpenCLIP reads its weights from one file: leave maxShardSize out.',
    ],
    [
      'one tower for OpenCLIP',
      tower,
      { to: 'openclip' },
      `${tower} is a CLIPTextModel; OpenCLIP has models of both towers only. Convert it to: 'hf' instead.`,
    ],
    [
      'a classifier for tfjs',
      classifier,
      { to: 'tfjs' },
      `${classifier} is a CLIPForImageClassification, which has no LayersModel. Convert it to: 'hf' instead.`,
    ],
    [
      'activations that OpenCLIP has not',
      'gelu_new',
      { to: 'openclip' },
      "OpenCLIP's configuration cannot say the activations 'gelu_new' and 'gelu'; it has one, gelu or quick_gelu.",
    ],
  ])('%s', async (_, source, options, message) => {
    const from = source === 'gelu_new' ? await withConfig({ text_config: { hidden_act: source } }) : source;
    const error = await thrown(() => convertModel(from, target, options as ConvertOptions));
    expect(error).toStrictEqual(new InvalidArgumentError(message));
    expect(await readdir(folder)).not.toContain('new');
  });

  it('a folder without weights', async () => {
    await writeFile(path.join(folder, 'config.json'), '{}');
    expect(await thrown(() => convertModel(folder, target, { to: 'hf' }))).toStrictEqual(
      new ModelNotFoundError(
        `${folder} holds no weights: there is no model.safetensors, pytorch_model.bin, tf_model.h5 or ` +
          'flax_model.msgpack, whole or in shards. Weights of another name are found by naming their file instead of its folder.',
      ),
    );
  });

  it('tensors that do not fit the configuration, all of them in one error', async () => {
    const source = await withConfig({ text_config: { vocab_size: 7 } });
    const error = await thrown(() => convertModel(source, target, { to: 'hf' }));
    expect(error).toBeInstanceOf(CheckpointError);
    expect((error as Error).message).toMatch(
      /^.* cannot be converted\. .*text_model\.embeddings\.token_embedding\.weight/s,
    );
    expect(await readdir(folder)).not.toContain('new');
  });

  it('a pickle that calls', async () => {
    const file = path.join(folder, 'model.pt');
    const command = text(`touch ${path.join(folder, 'canary')}`);
    const data = pickle('cposix\nsystem\n', command, 0x85, 'R.'); // os.system((command,))
    await writeFile(file, zipFile([{ name: 'archive/data.pkl', data }]));
    expect(await thrown(() => convertModel(file, target, { to: 'hf' }))).toStrictEqual(
      new CheckpointError(
        `${file} is refused: its pickle asks Python for posix.system, which no saved weights need.`,
      ),
    );
    expect((await readdir(folder)).sort()).toEqual(['model.pt']);
  });

  /** clip-gelu with other values in its configuration. */
  async function withConfig(changes: Record<string, object>): Promise<string> {
    const source = path.join(folder, 'source');
    await mkdir(source);
    const config = await jsonIn(modelFolder('clip-gelu'), 'config.json');
    for (const [key, value] of Object.entries(changes)) Object.assign(config[key], value);
    await writeFile(path.join(source, 'config.json'), JSON.stringify(config));
    await copyFile(
      path.join(modelFolder('clip-gelu'), 'model.safetensors'),
      path.join(source, 'model.safetensors'),
    );
    return source;
  }
});

async function jsonIn(at: string, file: string) {
  return JSON.parse(await readFile(path.join(at, file), 'utf8'));
}
