// SPDX-License-Identifier: Apache-2.0
/** Linear probes: scikit-learn's coefficients, features of frozen towers, and the classifier that Hugging Face knows. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import {
  type FeatureKind,
  imageFeatures,
  LinearProbe,
  type LinearProbeOptions,
  linearProbe,
  toImageClassifier,
} from '@tfjs-clip/training';
import {
  CheckpointError,
  CLIPImageProcessor,
  ImageError,
  InvalidArgumentError,
  TFCLIPForImageClassification,
  TFCLIPModel,
} from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { Fixture, modelFolder } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';

const NAMES = ['ape', 'bee', 'cat'];
const TOLERANCE = 1e-3;

describeBackends('a linear probe', () => {
  it.each([
    ['three', 0],
    ['three', 1],
    ['two', 0],
  ])("of %s classes has scikit-learn's coefficients, with C number %i", async (set, which) => {
    const { fixture, features, labels } = await readSet(set);
    const expected = (name: string) => [...fixture.get(`${set}.${which}.${name}`).values];
    await leavesNoTensors(async () => {
      const [c] = expected('c');
      const probe = await linearProbe(features, labels, { c, tolerance: 1e-6 });
      expect(probe.fit).toMatchObject({ converged: true });
      const firstOfTwo = probe.classes.length === 2 ? 1 : 0; // whose logits are 0
      const ofClasses = tf.tidy(() => tf.transpose(tf.slice(probe.kernel, [0, firstOfTwo])));
      await expect(await ofClasses.data()).toBeCloseToTensor(expected('coefficients'), TOLERANCE);
      const bias = [...(await probe.bias.data())].slice(firstOfTwo);
      await expect(bias).toBeCloseToTensor(expected('intercept'), TOLERANCE);
      probe.dispose();
      ofClasses.dispose();
    });
    features.dispose();
  });
});

describe('a linear probe', () => {
  let folder: string;
  beforeAll(async () => {
    await tf.setBackend('cpu');
    folder = await mkdtemp(path.join(os.tmpdir(), 'probe-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("has scikit-learn's defaults near enough: the same answers, a loss that falls, an end", async () => {
    const { features, labels } = await readSet('three');
    const losses: number[] = [];
    const probe = await linearProbe(features, labels, { onIteration: (_, loss) => losses.push(loss) });
    const exact = await linearProbe(features, labels, { tolerance: 1e-6 });
    expect(await probe.classify(features)).toEqual(await exact.classify(features));
    expect(losses[0]).toBeLessThan(Math.log(3));
    expect(losses.at(-1)).toBe(probe.fit!.loss);
    expect(losses).toHaveLength(probe.fit!.iterations);
    expect(probe.fit!.loss - exact.fit!.loss).toBeLessThan(1e-4);
    tf.dispose([features, probe.kernel, probe.bias, exact.kernel, exact.bias]);
  });

  it('says when it was stopped before the end, and keeps the order of classes that it was given', async () => {
    const { features, labels } = await readSet('three');
    const stopped = await linearProbe(features, labels, { maxIterations: 2 });
    expect(stopped.fit).toMatchObject({ iterations: 2, converged: false });
    const classes = ['cat', 'bee', 'ape'];
    const [ordered, usual] = [
      await linearProbe(features, labels, { classes }),
      await linearProbe(features, labels),
    ];
    expect(ordered.classes).toEqual(classes);
    expect(usual.classes).toEqual(NAMES);
    expect(await ordered.classify(features)).toEqual(await usual.classify(features));
    for (const probe of [stopped, ordered, usual]) probe.dispose();
    features.dispose();
  });

  it('comes back from its file', async () => {
    const { features, labels } = await readSet('three');
    const probe = await linearProbe(features, labels);
    const file = path.join(folder, 'probe.safetensors');
    await leavesNoTensors(async () => {
      await probe.save(file);
      const loaded = await LinearProbe.load(file);
      expect(loaded.classes).toEqual(NAMES);
      expect(await loaded.kernel.data()).toEqual(await probe.kernel.data());
      expect(await loaded.bias.data()).toEqual(await probe.bias.data());
      loaded.dispose();
    });
    const other = path.join(modelFolder('clip-quick-gelu'), 'model.safetensors');
    expect(await thrown(() => LinearProbe.load(other))).toStrictEqual(
      new CheckpointError(
        `${other} is no linear probe: it has no classifier.weight and classifier.bias, or not the names of their classes.`,
      ),
    );
    tf.dispose([features, probe.kernel, probe.bias]);
  });

  it.each<[string[], LinearProbeOptions, string]>([
    [['a', 'b'], {}, 'features is [3,2], but must be [2, size]: a row for each label.'],
    [['a', 'a', 'a'], {}, 'The classes are ["a"], but must be two or more different ones.'],
    [['a', 'b', 'c'], { classes: ['a', 'b'] }, "A label is 'c', which is not among the classes: a, b."],
    [['a', 'b', 'c'], { c: 0 }, 'c is 0, but must be above 0.'],
    [['a', 'b', 'c'], { tolerance: Number.NaN }, 'tolerance is NaN, but must be above 0.'],
  ])('of labels %j with %j is refused', async (labels, options, sentence) => {
    const features = tf.ones([3, 2]) as tf.Tensor2D;
    await leavesNoTensors(async () => {
      expect(await thrown(() => linearProbe(features, labels, options))).toStrictEqual(
        new InvalidArgumentError(sentence),
      );
    });
    features.dispose();
  });
});

describe('features of pictures', () => {
  const images = ['sun.png', 'heart.jpg', 'house.webp'].map((file) =>
    path.resolve(__dirname, '../fixtures/browser', file),
  );
  let model: TFCLIPModel;
  let processor: CLIPImageProcessor;

  beforeAll(async () => {
    await tf.setBackend('wasm');
    model = await TFCLIPModel.fromPretrained('emoji-clip');
    processor = await CLIPImageProcessor.fromPretrained('emoji-clip');
  });
  afterAll(() => model.dispose());

  it.each<[FeatureKind, (output: ReturnType<TFCLIPModel['call']>) => tf.Tensor]>([
    ['projected', ({ imageEmbeds }) => imageEmbeds],
    ['pooled', ({ visionModelOutput }) => visionModelOutput.poolerOutput],
    [
      'patches',
      ({ visionModelOutput }) => tf.mean(tf.slice(visionModelOutput.lastHiddenState, [0, 1, 0]), 1),
    ],
  ])("'%s' are what the model says, whatever the batches", async (kind, partOf) => {
    await leavesNoTensors(async () => {
      const told: number[] = [];
      const onProgress = (done: number) => void told.push(done);
      const features = await imageFeatures(model, processor, images, { kind, batchSize: 2, onProgress });
      expect(told).toEqual([2, 3]);
      const { pixelValues } = await processor.preprocess(images);
      const expected = tf.tidy(() => partOf(model.call({ pixelValues, inputIds: [[0, 1]] })));
      const unit = kind === 'projected' ? tf.tidy(() => toUnitLength(features)) : features;
      await expect(unit).toBeCloseToTensor(expected, 1e-5);
      tf.dispose([features, unit, expected, pixelValues]);
    });
  });

  it('leave no tensor when a picture is broken, and there are some', async () => {
    const broken = [...images, new Uint8Array([1, 2, 3])];
    await leavesNoTensors(async () => {
      expect(await thrown(() => imageFeatures(model, processor, broken, { batchSize: 1 }))).toBeInstanceOf(
        ImageError,
      );
      expect(await thrown(() => imageFeatures(model, processor, []))).toStrictEqual(
        new InvalidArgumentError('There are no images to take features of.'),
      );
    });
  });

  it('are refused of a kind that there is not, and by half pictures', async () => {
    const refusal = (options: object) => thrown(() => imageFeatures(model, processor, images, options));
    expect(await refusal({ kind: 'tokens' })).toStrictEqual(
      new InvalidArgumentError("kind is 'tokens', but must be one of projected, pooled, patches."),
    );
    expect(await refusal({ batchSize: 0.5 })).toStrictEqual(
      new InvalidArgumentError('batchSize is 0.5, but must be a whole number of at least 1.'),
    );
  });

  it("make, of their patches, Hugging Face's image classifier", async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'classifier-'));
    const labels = ['sun', 'heart', 'house'];
    await leavesNoTensors(async () => {
      const features = await imageFeatures(model, processor, images, { kind: 'patches' });
      const probe = await linearProbe(features, labels);
      const classifier = toImageClassifier(model, probe);
      await classifier.savePretrained(folder);
      const loaded = await TFCLIPForImageClassification.fromPretrained(folder);
      expect(loaded.config.id2label).toEqual({ 0: 'heart', 1: 'house', 2: 'sun' });
      const { pixelValues } = await processor.preprocess(images);
      const { logits } = loaded.call({ pixelValues });
      const expected = probe.logits(features);
      await expect(logits).toBeCloseToTensor(expected, 1e-5);
      expect(await probe.classify(features)).toEqual(labels);
      for (const one of [probe, classifier, loaded]) one.dispose();
      tf.dispose([features, pixelValues, logits, expected]);
    });
    await rm(folder, { recursive: true });
  });

  it('of another size do not fit a probe, nor the probe the classifier', async () => {
    const probe = new LinearProbe(['a', 'b'], tf.ones([3, 2]), tf.ones([2]));
    const features = tf.ones([1, 4]) as tf.Tensor2D;
    expect(await thrown(() => probe.logits(features))).toStrictEqual(
      new InvalidArgumentError('features is [1,4], but this probe was made of rows of 3.'),
    );
    const { hiddenSize } = model.config.visionConfig;
    expect(await thrown(() => toImageClassifier(model, probe))).toStrictEqual(
      new InvalidArgumentError(
        `The probe reads features of 3 numbers, but the patches of this model have ${hiddenSize}: make it of ` +
          "imageFeatures(…, { kind: 'patches' }).",
      ),
    );
    probe.dispose();
    features.dispose();
  });
});

async function readSet(set: string) {
  const fixture = await Fixture.open('adaptation/probe.safetensors');
  const features = fixture.tensor(`${set}.features`) as tf.Tensor2D;
  const labels = Array.from(fixture.get(`${set}.labels`).values, (label) => NAMES[label]);
  return { fixture, features, labels };
}

function toUnitLength(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.norm(x, 'euclidean', 1, true));
}
