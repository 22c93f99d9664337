// SPDX-License-Identifier: Apache-2.0
/** One tiny CLIP in every dialect that weights are published in: each gives the logits that Python computes. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  CLIPImageProcessor,
  FlaxCLIPModel,
  TFCLIPModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { Fixture, relativeDifference, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';

/** Of the largest value; sums in another order. */
const TOLERANCE = 5e-6;
const ROOT = path.resolve(__dirname, '../fixtures/checkpoints');

/** Those whose file has none of the usual names are named by it. */
const DIALECTS: [string, string | null][] = [
  ['hugging-face', null],
  ['torch', null],
  ['torch-sharded', null],
  ['open-clip', null],
  ['open-clip-training', 'epoch_3.pt'],
  ['openai', null],
  ['openai-torchscript', 'ViT-tiny.pt'],
  ['keras', null],
  ['flax', null],
];

let expected: Fixture;
beforeAll(async () => {
  expected = await Fixture.open('checkpoints/expected.safetensors');
});

function inputs() {
  return {
    inputIds: expected.tensor('input_ids') as tf.Tensor2D,
    pixelValues: expected.tensor('pixel_values') as tf.Tensor4D,
  };
}

async function difference(actual: tf.Tensor, name: string): Promise<number> {
  const { shape, values } = expected.get(name);
  expect(actual.shape).toEqual(shape);
  return relativeDifference(await actual.data(), values);
}

describeBackends('every dialect', () => {
  it.each(DIALECTS)('%s gives the logits of transformers', async (folder, file) => {
    const loading = () => TFCLIPModel.fromPretrained(path.join(ROOT, folder, file ?? ''));
    await leavesNoTensors(() =>
      withModel(loading(), async (model) => {
        const { logitsPerImage } = model.call(inputs());
        expect(await difference(logitsPerImage, 'logits_per_image')).toBeLessThan(TOLERANCE);
      }),
    );
  });
});

describe('one tower at a time, on cpu', () => {
  beforeAll(() => tf.setBackend('cpu'));

  it.each(DIALECTS)('%s gives the features that open_clip computes', async (folder, file) => {
    const from = path.join(ROOT, folder, file ?? '');
    await withModel(TFCLIPVisionModelWithProjection.fromPretrained(from), async (model) => {
      const { imageEmbeds } = model.call(inputs());
      expect(await difference(imageEmbeds, 'image_features')).toBeLessThan(TOLERANCE);
    });
    await withModel(TFCLIPTextModelWithProjection.fromPretrained(from), async (model) => {
      const { textEmbeds } = model.call(inputs());
      expect(await difference(textEmbeds, 'text_features')).toBeLessThan(TOLERANCE);
    });
  });
});

it('an OpenCLIP folder tells how its pictures are prepared', async () => {
  const folder = path.join(ROOT, 'open-clip');
  const { preprocess_cfg } = JSON.parse(await readFile(path.join(folder, 'open_clip_config.json'), 'utf8'));
  const processor = await CLIPImageProcessor.fromPretrained(folder);
  expect(processor.imageMean).toEqual(preprocess_cfg.mean);
  expect(processor.imageStd).toEqual(preprocess_cfg.std);
});

it('a model tells what had to be assumed, where no file says it', async () => {
  const assumed = [
    'There is no config.json: the sizes are those of the tensors, and the activation is taken for quick_gelu, as in all ' +
      'models of OpenAI.',
    'text_model is 12 wide, no multiple of 64: its number of heads is taken for 1.',
    'vision_model is 16 wide, no multiple of 64: its number of heads is taken for 1.',
  ];
  const openai = path.join(ROOT, 'openai');
  for (const load of [() => TFCLIPModel.fromPretrained(openai), () => FlaxCLIPModel.fromPretrained(openai)]) {
    const model = await load();
    expect(model.notes).toEqual(assumed);
    model.dispose();
  }
  await withModel(TFCLIPModel.fromPretrained(path.join(ROOT, 'torch')), async ({ notes }) => {
    expect(notes).toEqual([]);
  });
});
