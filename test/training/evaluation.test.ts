// SPDX-License-Identifier: Apache-2.0
/** Zero-shot classification and retrieval of the emoji pictures, with the numbers that transformers gives. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { toSafetensorsBytes } from '@tfjs-clip/safetensors';
import {
  type BrokenRecord,
  buildZeroShotClassifier,
  datasetOf,
  evaluateRetrieval,
  evaluateZeroShot,
  fileNameLabel,
  type ImageTextDataset,
  labelsOf,
  parseTemplates,
  TEMPLATES,
  ZeroShotClassifier,
} from '@tfjs-clip/training';
import {
  CheckpointError,
  CLIPProcessor,
  InvalidArgumentError,
  TFCLIPModel,
  TokenizationError,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { Fixture } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';

const CLASSES = ['the sun', 'a heart', 'a house', 'an apple', 'a dog'];
const PICTURES = ['sun.png', 'heart.jpg', 'house.webp'];
const pictures = path.resolve(__dirname, '../fixtures/browser');
const recorded = Fixture.open('evaluation/classifier.safetensors');

let model: TFCLIPModel;
let processor: CLIPProcessor;
beforeAll(async () => {
  processor = await CLIPProcessor.fromPretrained('emoji-clip');
});

function read(picture: string): Uint8Array {
  return new Uint8Array(readFileSync(path.join(pictures, picture)));
}

/** The three pictures, with what they are called. */
function labelled(names: readonly string[] = CLASSES): ImageTextDataset {
  return datasetOf(PICTURES.map((file, i) => ({ key: file, image: read(file), captions: names[i] })));
}

describeBackends('evaluation', () => {
  beforeAll(async () => {
    model = await TFCLIPModel.fromPretrained('emoji-clip');
  });
  afterAll(() => model.dispose());

  it("makes transformers' vectors of classes, in batches of any size", async () => {
    const { values } = (await recorded).get('vectors');
    for (const batchSize of [2, 7]) {
      const told: number[] = [];
      const onProgress = (done: number) => void told.push(done);
      const options = { batchSize, onProgress };
      const classifier = await buildZeroShotClassifier(model, processor, CLASSES, 'emoji', options);
      await expect(classifier.vectors).toBeCloseToTensor((await recorded).tensor('vectors'), 1e-5);
      expect(classifier.vectors.size).toBe(values.length);
      expect(told).toEqual({ 2: [1, 2, 3, 4, 5], 7: [2, 4, 5] }[batchSize]);
      classifier.dispose();
    }
  });

  it('classifies as transformers does', async () => {
    const classifier = await buildZeroShotClassifier(model, processor, CLASSES, 'emoji');
    const scores: Float32Array[] = [];
    const told: number[] = [];
    const tally = await evaluateZeroShot(model, processor, labelled(), classifier, {
      batchSize: 2,
      onPrediction: (prediction) => scores.push(prediction.scores),
      onProgress: (done, total) => told.push(done, total!),
    });
    const { values } = (await recorded).get('scores');
    await expect(scores.flatMap((row) => [...row])).toBeCloseToTensor([...values], 1e-5);
    expect([tally.pictures, tally.accuracyAt(1), told]).toEqual([3, 1, [2, 3, 3, 3]]);
    const wrong = await evaluateZeroShot(
      model,
      processor,
      labelled(['a house', 'a heart', 'a dog']),
      classifier,
    );
    expect(wrong.accuracyAt(1)).toBeCloseTo(1 / 3);
    expect([...wrong.confusion]).toEqual([
      ...[0, 0, 0, 0, 0],
      ...[0, 1, 0, 0, 0],
      ...[1, 0, 0, 0, 0],
      ...[0, 0, 0, 0, 0],
      ...[0, 0, 1, 0, 0],
    ]);
    classifier.dispose();
  });

  it('finds captions and pictures both ways', async () => {
    const examples = [
      { image: read('sun.png'), captions: ['the sun', 'an emoji of the sun'] },
      { image: read('heart.jpg'), captions: ['a heart'] },
      { image: read('house.webp'), captions: ['a house', 'a dog'] },
    ];
    const result = await evaluateRetrieval(model, processor, datasetOf(examples), {
      recallAt: [1, 2],
      batchSize: 2,
    });
    // By hand of the cosines that transformers gives: only 'a dog' finds another picture before its own.
    const { values } = (await recorded).get('scores');
    const dog = [0, 1, 2].map((picture) => values[picture * 5 + 4]);
    const rank = 1 + dog.filter((cosine) => cosine > dog[2]).length;
    expect(result).toMatchObject({ pictures: 3, texts: 5, repeatedCaptions: 0 });
    expect(result.textToImage).toMatchObject({
      queries: 5,
      candidates: 3,
      meanRank: (4 + rank) / 5,
      medianRank: 1,
    });
    expect(result.imageToText).toMatchObject({ queries: 3, candidates: 5, recallAt: { 1: 1, 2: 1 } });
    expect(result.imageToText.recallOfAllAt[1]).toBeCloseTo((1 / 2 + 1 + 1 / 2) / 3);
  });

  it('leaves no tensors, whatever happens', async () => {
    const classifier = await buildZeroShotClassifier(model, processor, CLASSES, 'emoji');
    const dataset = labelled();
    await leavesNoTensors(() => evaluateZeroShot(model, processor, dataset, classifier).then(() => {}));
    await leavesNoTensors(() => evaluateRetrieval(model, processor, dataset).then(() => {}));
    await leavesNoTensors(async () => {
      const file = temporaryFile('leaks.safetensors');
      await classifier.save(file);
      (await ZeroShotClassifier.load(file, model, processor)).dispose();
    });
    const stop = new AbortController();
    const { signal } = stop;
    const onProgress = () => stop.abort(new Error('enough'));
    const interrupted = [
      () => evaluateZeroShot(model, processor, dataset, classifier, { batchSize: 1, signal, onProgress }),
      () => evaluateRetrieval(model, processor, dataset, { signal }),
      () => buildZeroShotClassifier(model, processor, CLASSES, 'emoji', { signal }),
    ];
    for (const run of interrupted) await leavesNoTensors(() => expect(run()).rejects.toThrow('enough'));
    const long = datasetOf([{ image: read('sun.png'), captions: `a ${'very '.repeat(20)}big dog` }]);
    await leavesNoTensors(() =>
      expect(evaluateRetrieval(model, processor, long)).rejects.toThrow(TokenizationError),
    );
    classifier.dispose();
  });
}, ['wasm', 'tensorflow']); // Of these pictures, cpu would be busy for half a minute.

describe('evaluation', () => {
  beforeAll(async () => {
    model = await TFCLIPModel.fromPretrained('emoji-clip');
  });
  afterAll(() => model.dispose());

  it('leaves out what is broken, and says so', async () => {
    const classifier = await buildZeroShotClassifier(model, processor, CLASSES, 'emoji');
    const gone: ImageTextDataset = {
      ...{ name: 'pictures', size: 4 },
      async *records() {
        yield {
          key: 'gone.png',
          captions: ['a dog'],
          readImage: () => Promise.reject(new Error('no such file')),
        };
        yield* labelled().records({ epoch: 0, seed: null });
        yield {
          key: 'text.png',
          captions: ['a dog'],
          readImage: async () => new TextEncoder().encode('a dog'),
        };
        yield { key: 'strip.bmp', captions: ['a dog'], readImage: async () => blackStrip(90_000) };
      },
    };
    const broken: BrokenRecord[] = [];
    const onBroken = (problem: BrokenRecord) => void broken.push(problem);
    await leavesNoTensors(async () => {
      const tally = await evaluateZeroShot(model, processor, gone, classifier, { onBroken });
      expect([tally.pictures, tally.accuracyAt(1)]).toEqual([3, 1]);
    });
    expect(broken).toEqual([
      { key: 'gone.png', problem: 'no such file' },
      { key: 'text.png', problem: expect.stringContaining('is not a picture') },
      { key: 'strip.bmp', problem: expect.stringContaining('A picture 90000 pixels wide and 1 high') },
    ]);
    const nothing = datasetOf([{ image: new Uint8Array(9), captions: 'a dog' }], 'rubble');
    const message = new InvalidArgumentError('No picture of rubble can be evaluated.');
    await expect(evaluateZeroShot(model, processor, nothing, classifier)).rejects.toEqual(message);
    await expect(evaluateRetrieval(model, processor, nothing)).rejects.toEqual(message);
    classifier.dispose();
  });

  it("takes labels from RSICD's file names, and passes over those without", async () => {
    const examples = ['airport_1.jpg', 'sub/park_32.jpg', '00600.jpg', 'airport_2.jpg'].map((key) => ({
      ...{ key, image: read('sun.png'), captions: 'the sun' },
    }));
    const dataset = datasetOf(examples);
    expect(await labelsOf(dataset, fileNameLabel)).toEqual(['airport', 'park']);
    const classifier = await buildZeroShotClassifier(model, processor, ['airport', 'park'], 'rsicd');
    const tally = await evaluateZeroShot(model, processor, dataset, classifier, { labelOf: fileNameLabel });
    expect(tally.classes().map((entry) => entry.pictures)).toEqual([2, 1]);
    await expect(evaluateZeroShot(model, processor, dataset, classifier)).rejects.toEqual(
      new InvalidArgumentError(
        "airport_1.jpg is labelled 'the sun', which is none of the 2 classes of the classifier.",
      ),
    );
    classifier.dispose();
  });

  it('gives equal captions equal scores, in whatever batches', async () => {
    const captions = ['the sun', 'a heart', 'a rather long caption of a house', 'the sun'];
    const examples = captions.map((caption) => ({ image: read('sun.png'), captions: caption }));
    const told: number[] = [];
    const onProgress = (stage: string, done: number) => void (stage === 'texts' && told.push(done));
    const options = { batchSize: 2, recallAt: [1, 3], onProgress };
    const { imageToText } = await evaluateRetrieval(model, processor, datasetOf(examples), options);
    expect(imageToText.recallAt).toEqual({ 1: 0, 3: 3 / 4 }); // Both suns come second, behind each other.
    expect(told).toEqual([2, 3]);
  });

  it('takes groups, and equal captions if told to, for one thing', async () => {
    const suns = [1, 2].map((number) => ({
      key: `sun ${number}`,
      image: read('sun.png'),
      captions: 'the sun',
    }));
    const heart = { key: 'heart', image: read('heart.jpg'), captions: 'a heart' };
    const evaluate = (group: string | undefined, mergeCaptions: boolean) =>
      evaluateRetrieval(model, processor, datasetOf([...suns.map((sun) => ({ ...sun, group })), heart]), {
        mergeCaptions,
      });
    const apart = await evaluate(undefined, false);
    expect([apart.texts, apart.repeatedCaptions]).toEqual([3, 1]);
    expect([apart.textToImage.recallAt[1], apart.imageToText.recallAt[1]]).toEqual([1 / 3, 1 / 3]); // ties
    const merged = await evaluate(undefined, true);
    expect([merged.texts, merged.repeatedCaptions]).toEqual([2, 1]);
    const grouped = await evaluate('suns', false);
    expect([grouped.texts, grouped.repeatedCaptions]).toEqual([3, 0]);
    for (const { textToImage, imageToText } of [merged, grouped]) {
      expect([textToImage.meanAveragePrecision, imageToText.meanAveragePrecision]).toEqual([1, 1]);
    }
  });

  it('keeps a classifier in a file, and takes it for no other model', async () => {
    const classifier = await buildZeroShotClassifier(model, processor, CLASSES, ['{}', 'so viel {}']);
    const file = temporaryFile('classifier.safetensors');
    await classifier.save(file);
    const loaded = await ZeroShotClassifier.load(file, model, processor);
    expect([loaded.classNames, loaded.templates]).toEqual([CLASSES, ['{}', 'so viel {}']]);
    expect(await loaded.vectors.array()).toEqual(await classifier.vectors.array());
    expect(() => loaded.scores(tf.zeros([1, 9]))).toThrow(
      new InvalidArgumentError('imageEmbeds is [1,9], but the vectors of this classifier have 128 numbers.'),
    );
    tf.dispose([loaded, classifier].map(({ vectors }) => vectors));
    await model
      .namedWeights()
      .get('vision_model.post_layernorm.bias')!
      .assign(tf.ones([128]));
    (await ZeroShotClassifier.load(file, model, processor)).dispose();
    const kernel = model.namedWeights().get('text_projection.weight')!;
    kernel.assign(tf.tidy(() => tf.mul(kernel, tf.linspace(1, 1.2, 128))));
    await leavesNoTensors(() =>
      expect(ZeroShotClassifier.load(file, model, processor)).rejects.toThrow(
        /^The classifier was made with another model: its vector of 'the sun' and this model's have a cosine of 0\.99\d\d, not 1\. Make it anew with buildZeroShotClassifier\.$/,
      ),
    );
    const small = new TFCLIPModel(await configOfSize(64));
    await leavesNoTensors(() =>
      expect(ZeroShotClassifier.load(file, small, processor)).rejects.toEqual(
        new CheckpointError(
          "The classifier has vectors of 128 numbers, but this model's have 64: it was made with another model.",
        ),
      ),
    );
    small.dispose();
  });

  it('refuses other files', async () => {
    const data = new Float32Array(4);
    const tensors = [{ name: 'classes', dtype: 'F32' as const, shape: [2, 2], data }];
    const class_names = '["a", "b"]';
    for (const metadata of [
      {},
      { class_names },
      { class_names: '["a"]', templates: '["{}"]' },
      { class_names: '{' },
    ]) {
      const bytes = await toSafetensorsBytes(tensors, metadata as Record<string, string>);
      await leavesNoTensors(() =>
        expect(ZeroShotClassifier.load(bytes, model, processor)).rejects.toEqual(
          new CheckpointError(
            'The file is no zero-shot classifier: it lacks the vectors of classes, their names or the templates.',
          ),
        ),
      );
    }
  });

  it.each([
    [[], 'simple', "There are no classes; give their names, such as ['cat', 'dog']."],
    [['cat', ' '], 'simple', 'Class 1 has an empty name.'],
    [['cat', 'cat'], 'simple', "Two classes are named 'cat'; each needs its own."],
    [
      ['cat'],
      'imagnet',
      "There are no templates 'imagnet'; there are simple, imagenet, satellite, rsicd, emoji.",
    ],
    [['cat'], [], "There are no templates; give at least one, such as 'a photo of a {}.'."],
    [
      ['cat'],
      ['a photo'],
      "The template 'a photo' has no {}, where the name of a class goes; for example 'a photo of a {}.'.",
    ],
  ])('%j in %j make no classifier', async (names, templates, message) => {
    await expect(buildZeroShotClassifier(model, processor, names, templates as never)).rejects.toEqual(
      new InvalidArgumentError(message),
    );
  });
});

it("OpenAI's templates are all there, and files of templates are read", () => {
  expect([TEMPLATES.imagenet.length, TEMPLATES.satellite.length]).toEqual([80, 18]);
  expect(new Set(TEMPLATES.imagenet).size).toBe(80);
  for (const set of Object.values(TEMPLATES)) expect(parseTemplates(set.join('\n'))).toEqual(set);
  expect(parseTemplates('\ufeffa {}\r\n\r\n  the {} \n')).toEqual(['a {}', 'the {}']);
});

const folder = mkdtempSync(path.join(tmpdir(), 'tfjs-clip-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function temporaryFile(name: string): string {
  return path.join(folder, name);
}

async function configOfSize(projectionDim: number) {
  const { CLIPConfig } = await import('tfjs-clip');
  const { textConfig, visionConfig } = model.config;
  return CLIPConfig.fromTextVisionConfigs(textConfig, visionConfig, { projectionDim });
}

/** A BMP, 24 bits a pixel, one row. */
function blackStrip(width: number): Uint8Array {
  const bytes = Buffer.alloc(54 + Math.ceil((width * 3) / 4) * 4);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(1, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  return bytes;
}
