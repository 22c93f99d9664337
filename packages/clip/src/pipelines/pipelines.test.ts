// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { DisposedError, ImageError, InvalidArgumentError, TokenizationError } from '../errors.js';
import {
  TFCLIPModel,
  TFCLIPTextModelWithProjection,
  TFCLIPVisionModelWithProjection,
} from '../models/index.js';
import type { ProgressEvent } from '../pretrained/modelFiles.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import { CLIPImageProcessor, type RawImage } from '../processing/image/index.js';
import { CLIPTokenizer } from '../processing/tokenizer/index.js';
import { type PipelineTask, pipeline, type ZeroShotImageClassificationPipeline } from './index.js';

const labels = ['pizza', 'dog', 'a rocket in space'];
const pictures = [0, 1, 2, 3, 4].map(stripes);

describeBackends('zero-shot-image-classification', () => {
  let classify: ZeroShotImageClassificationPipeline;
  beforeAll(async () => {
    classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
  });
  afterAll(() => classify.dispose());

  it('is the softmax of logitsPerImage, the likeliest label first', async () => {
    const text = labels.map((label) => `This is a photo of ${label}.`);
    const inputs = await classify.processor.call({ text, images: pictures, padding: true });
    const out = classify.model.call(inputs);
    const expected = (await tf.softmax(out.logitsPerImage).array()) as number[][];
    const results = await classify(pictures, labels);
    for (const [i, result] of results.entries()) {
      expect(result.map(({ score }) => score)).toEqual(
        [...result.map(({ score }) => score)].sort((a, b) => b - a),
      );
      await expect(labels.map((label) => scoreOf(result, label))).toBeCloseToTensor(expected[i], 1e-5);
    }
    out.dispose();
    tf.dispose({ ...inputs } as tf.TensorContainer);
  });

  it('gives one picture a list, several a list of lists', async () => {
    const one = await classify(pictures[0], labels);
    expect(one.map(({ label }) => label).sort()).toEqual([...labels].sort());
    const several = await classify(pictures.slice(0, 2), labels);
    expect(several.map((result) => result.length)).toEqual([3, 3]);
    await expect(several[0].map(({ score }) => score)).toBeCloseToTensor(
      one.map(({ score }) => score),
      1e-5,
    );
    expect(await classify([], labels)).toEqual([]);
  });

  it('gives the same numbers in batches of any size', async () => {
    const together = await classify(pictures, labels);
    const apart = await classify(pictures, { candidateLabels: labels, batchSize: 1 });
    for (const [i, result] of together.entries()) {
      await expect(labels.map((label) => scoreOf(apart[i], label))).toBeCloseToTensor(
        labels.map((label) => scoreOf(result, label)),
        1e-5,
      );
    }
  });

  it('streams, and stops without a leak', async () => {
    const whole = await classify(pictures, labels);
    const streamed = [];
    for await (const result of classify.stream(pictures, labels)) streamed.push(result);
    expect(streamed).toEqual(whole);
    await leavesNoTensors(async () => {
      for await (const _ of classify.stream(oneByOne(pictures), { candidateLabels: labels, batchSize: 2 }))
        break;
    });
  });

  it('tells how many labels are encoded, once for all pictures', async () => {
    const told: number[] = [];
    const labelProgress = (encoded: number) => void told.push(encoded);
    await classify(pictures, { candidateLabels: labels, batchSize: 2, labelProgress });
    expect(told).toEqual([2, 3]);
  });

  it('puts labels into the template', async () => {
    const bare = await classify(pictures[0], { candidateLabels: labels, hypothesisTemplate: '{}' });
    const spelled = await classify(pictures[0], {
      candidateLabels: labels.map((label) => `This is a photo of ${label}.`),
      hypothesisTemplate: '{}',
    });
    const usual = await classify(pictures[0], labels);
    expect(spelled.map(({ score }) => score)).toEqual(usual.map(({ score }) => score));
    expect(bare[0].score).not.toBe(usual[0].score);
  });

  it('leaves no tensors', () => leavesNoTensors(() => classify(pictures, labels)));
});

describe('zero-shot-image-classification', () => {
  const long = `a ${'very '.repeat(20)}big dog`;

  it('refuses what it cannot use, and leaves no tensors then', async () => {
    const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
    const refused: [() => Promise<unknown>, Error][] = [
      [
        () => classify(pictures[0], []),
        new InvalidArgumentError(
          "candidateLabels is empty; give at least one label, such as ['a cat', 'a dog'].",
        ),
      ],
      [
        () => classify(pictures[0], { candidateLabels: labels, hypothesisTemplate: 'a photo' }),
        new InvalidArgumentError(
          "hypothesisTemplate is 'a photo', but must contain {}, where the label goes; for example 'This is a photo of {}.'.",
        ),
      ],
      [
        () => classify(pictures[0], { candidateLabels: labels, batchSize: 0 }),
        new InvalidArgumentError('batchSize is 0, but must be a whole number of at least 1.'),
      ],
      [
        () => classify(pictures[0], { candidateLabels: ['cat', long], hypothesisTemplate: '{}' }),
        new TokenizationError(
          `'${long}' makes 25 tokens, but this model reads 16; shorten it, or pass truncation: true.`,
        ),
      ],
    ];
    for (const [call, error] of refused) {
      await leavesNoTensors(() => expect(call()).rejects.toEqual(error));
    }
    await leavesNoTensors(() =>
      expect(
        classify([pictures[0], new Uint8Array(100)], { candidateLabels: labels, batchSize: 1 }),
      ).rejects.toThrow(ImageError),
    );
    classify.dispose();
  });

  it('cuts long sentences when told to', async () => {
    const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
    const scores = await classify(pictures[0], { candidateLabels: ['cat', long], truncation: true });
    expect(scores[0].score + scores[1].score).toBeCloseTo(1, 5);
    classify.dispose();
  });

  it('hands image options on', async () => {
    const classify = await pipeline('zero-shot-image-classification', 'emoji-clip');
    const clear: RawImage = { data: new Uint8Array(48 * 48 * 4), width: 48, height: 48, channels: 4 };
    const black = { ...clear, data: clear.data.map((_, i) => (i % 4 === 3 ? 255 : 0)) };
    const imageOptions = { alphaBackground: [0, 0, 0] as [number, number, number] };
    const onBlack = await classify(clear, { candidateLabels: labels, imageOptions });
    expect(onBlack).toEqual(await classify(black, labels));
    expect(onBlack).not.toEqual(await classify(clear, labels));
    classify.dispose();
  });
});

describeBackends('image-feature-extraction', () => {
  it('is getImageFeatures, with every vector of length 1 if asked for', async () => {
    const model = await TFCLIPModel.fromPretrained('emoji-clip');
    const processor = await CLIPImageProcessor.fromPretrained('emoji-clip');
    const extract = await pipeline('image-feature-extraction', 'emoji-clip');
    const { pixelValues } = await processor.preprocess(pictures);
    const expected = model.getImageFeatures({ pixelValues });
    const unit = tf.div(expected, tf.norm(expected, 2, 1, true));
    const features = await extract(pictures, { batchSize: 2 });
    const normalized = await extract(pictures, { normalize: true });
    await expect(features).toBeCloseToTensor(expected, 1e-5);
    await expect(normalized).toBeCloseToTensor(unit, 1e-5);
    tf.dispose([pixelValues, expected, unit, features, normalized]);
    model.dispose();
    extract.dispose();
  });

  it('is the last hidden state without pooling', async () => {
    const model = await TFCLIPVisionModelWithProjection.fromPretrained('emoji-clip');
    const processor = await CLIPImageProcessor.fromPretrained('emoji-clip');
    const extract = await pipeline('image-feature-extraction', { model, processor });
    const { pixelValues } = await processor.preprocess(pictures);
    const expected = model.call({ pixelValues });
    const states = await extract(pictures, { pool: false });
    expect(states.shape).toEqual([5, 37, 128]);
    await expect(states).toBeCloseToTensor(expected.lastHiddenState, 1e-5);
    tf.dispose([pixelValues, states]);
    expected.dispose();
    model.dispose();
  });

  it('leaves only what it returns', async () => {
    const extract = await pipeline('image-feature-extraction');
    await leavesNoTensors(() => extract(pictures, { batchSize: 2, normalize: true }));
    await leavesNoTensors(() =>
      expect(extract([])).rejects.toThrow('images is empty; give at least one picture.'),
    );
    await leavesNoTensors(() =>
      expect(extract([pictures[0], new Uint8Array(9)], { batchSize: 1 })).rejects.toThrow(ImageError),
    );
    extract.dispose();
  });
});

describeBackends('feature-extraction', () => {
  const texts = ['a pizza', 'a very small dog', 'żółw', '', 'a rocket'];

  it('is getTextFeatures, with every vector of length 1 if asked for', async () => {
    const model = await TFCLIPModel.fromPretrained('emoji-clip');
    const tokenizer = await CLIPTokenizer.fromPretrained('emoji-clip');
    const extract = await pipeline('feature-extraction', 'emoji-clip');
    const { inputIds, attentionMask } = tokenizer.call(texts, { padding: true }) as never;
    const expected = model.getTextFeatures({ inputIds, attentionMask });
    const unit = tf.div(expected, tf.norm(expected, 2, 1, true));
    const features = await extract(texts, { batchSize: 2 });
    const normalized = await extract(texts, { normalize: true });
    await expect(features).toBeCloseToTensor(expected, 1e-5);
    await expect(normalized).toBeCloseToTensor(unit, 1e-5);
    const one = await extract(texts[0]);
    expect(one.shape).toEqual([1, 128]);
    tf.dispose([expected, unit, features, normalized, one]);
    model.dispose();
    extract.dispose();
  });

  it('is the last hidden state without pooling', async () => {
    const model = await TFCLIPTextModelWithProjection.fromPretrained('emoji-clip');
    const tokenizer = await CLIPTokenizer.fromPretrained('emoji-clip');
    const extract = await pipeline('feature-extraction', { model, processor: tokenizer });
    const { inputIds, attentionMask } = tokenizer.call(texts, { padding: true }) as never;
    const expected = model.call({ inputIds, attentionMask });
    const states = await extract(texts, { pool: false });
    await expect(states).toBeCloseToTensor(expected.lastHiddenState, 1e-5);
    states.dispose();
    expected.dispose();
    model.dispose();
  });

  it('leaves only what it returns', async () => {
    const extract = await pipeline('feature-extraction');
    await leavesNoTensors(() => extract(texts, { batchSize: 2, normalize: true }));
    await leavesNoTensors(() =>
      expect(extract([])).rejects.toThrow('texts is empty; give at least one text.'),
    );
    await leavesNoTensors(() =>
      expect(extract(['a', 7 as never])).rejects.toThrow('texts 1 is number, but must be a string.'),
    );
    extract.dispose();
  });
});

describe('pipeline', () => {
  it('frees the model it loaded, and says so when used again', async () => {
    for (const task of [
      'zero-shot-image-classification',
      'image-feature-extraction',
      'feature-extraction',
    ] as const) {
      await leavesNoTensors(async () => (await pipeline(task)).dispose());
    }
    const classify = await pipeline('zero-shot-image-classification');
    classify.dispose();
    await leavesNoTensors(() => expect(classify(pictures[0], labels)).rejects.toThrow(DisposedError));
  });

  it('takes one model for everything, and leaves it to its owner', async () => {
    const model = await TFCLIPModel.fromPretrained('emoji-clip');
    const processor = await CLIPProcessor.fromPretrained('emoji-clip');
    const parts = { model, processor };
    const classify = await pipeline('zero-shot-image-classification', parts);
    const images = await pipeline('image-feature-extraction', parts);
    const texts = await pipeline('feature-extraction', parts);
    expect([classify.model, images.processor, texts.processor]).toEqual([
      model,
      processor.imageProcessor,
      processor.tokenizer,
    ]);
    for (const each of [classify, images, texts]) each.dispose();
    const [imageFeatures, textFeatures] = [await images(pictures[0]), await texts('a dog')];
    expect([imageFeatures.shape, textFeatures.shape]).toEqual([
      [1, 128],
      [1, 128],
    ]);
    await expect(images(pictures[0], { pool: false })).rejects.toThrow(
      'pool: false needs the tower alone; give a TFCLIPVisionModelWithProjection or the name of a model.',
    );
    await expect(texts('a dog', { pool: false })).rejects.toThrow(
      'pool: false needs the tower alone; give a TFCLIPTextModelWithProjection or the name of a model.',
    );
    tf.dispose([imageFeatures, textFeatures]);
    model.dispose();
  });

  it('tells of its progress', async () => {
    const files = new Set<string>();
    const progressCallback = ({ file }: ProgressEvent) => void (file && files.add(file));
    (await pipeline('zero-shot-image-classification', 'emoji-clip', { progressCallback })).dispose();
    expect([...files]).toEqual(
      expect.arrayContaining(['config.json', 'preprocessor_config.json', 'model.safetensors']),
    );
  });

  it('refuses an unknown task, and a model that is none', async () => {
    await expect(pipeline('text-generation' as PipelineTask)).rejects.toEqual(
      new InvalidArgumentError(
        "No task 'text-generation'; there are zero-shot-image-classification, image-feature-extraction, feature-extraction.",
      ),
    );
    await expect(pipeline('feature-extraction', {} as never)).rejects.toEqual(
      new InvalidArgumentError(
        "model must be a name, a folder, a URL, or { model, processor }; for example 'emoji-clip'.",
      ),
    );
  });
});

/** A picture of 40x60 that differs from its fellows. */
function stripes(seed: number): RawImage {
  const data = Uint8Array.from({ length: 40 * 60 * 3 }, (_, i) => (i * (seed + 3) * 7) % 251);
  return { data, width: 40, height: 60, channels: 3 };
}

async function* oneByOne<Item>(items: Item[]): AsyncGenerator<Item> {
  yield* items;
}

function scoreOf(result: { label: string; score: number }[], label: string): number {
  return result.find((entry) => entry.label === label)!.score;
}
