// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../../test/harness/leaks.js';
import { noise } from '../../../../../test/harness/noise.js';
import { ConfigurationError, ImageError, InvalidArgumentError, ModelNotFoundError } from '../../errors.js';
import type { ModelFiles } from '../../pretrained/modelFiles.js';
import {
  CLIPFeatureExtractor,
  CLIPImageProcessor,
  CLIPImageProcessorFast,
  CLIPImageProcessorPil,
  type RawImage,
} from './index.js';

const wide: RawImage = { data: noise(30 * 20 * 3), width: 30, height: 20, channels: 3 };
const tall: RawImage = { data: noise(16 * 40 * 3), width: 16, height: 40, channels: 3 };
const small = { size: 8, cropSize: 8 };

describeBackends('CLIPImageProcessor', () => {
  const processor = new CLIPImageProcessor(small);

  it('makes one float32 tensor [batch, channels, height, width], each picture as if alone', async () => {
    const { pixelValues } = await processor.preprocess([wide, tall]);
    expect([pixelValues.shape, pixelValues.dtype]).toEqual([[2, 3, 8, 8], 'float32']);
    const apart = [await processor.preprocess(wide), await processor.preprocess([tall])];
    const together = tf.concat(apart.map((each) => each.pixelValues));
    expect(await pixelValues.data()).toEqual(await together.data());
    tf.dispose([pixelValues, together, ...apart.map((each) => each.pixelValues)]);
  });

  it('puts the channels last when asked', async () => {
    const first = (await processor.preprocess([wide, tall])).pixelValues;
    const last = (await processor.preprocess([wide, tall], { dataFormat: 'channels_last' })).pixelValues;
    const transposed = tf.transpose(first, [0, 2, 3, 1]);
    expect(last.shape).toEqual([2, 8, 8, 3]);
    expect(await last.data()).toEqual(await transposed.data());
    tf.dispose([first, last, transposed]);
  });

  it('reads a batch of tensors as so many pictures, and leaves them to the caller', async () => {
    const batch = tf.tensor4d(noise(2 * 12 * 9 * 3), [2, 12, 9, 3], 'int32');
    const rows = tf.unstack(batch) as tf.Tensor3D[];
    const together = (await processor.preprocess(batch)).pixelValues;
    const apart = (await processor.preprocess(rows)).pixelValues;
    const raw: RawImage[] = [0, 1].map((i) => {
      return { data: noise(648).slice(i * 324, (i + 1) * 324), width: 9, height: 12, channels: 3 };
    });
    const ofBytes = (await processor.preprocess(raw)).pixelValues;
    expect(await together.data()).toEqual(await ofBytes.data());
    expect(await apart.data()).toEqual(await ofBytes.data());
    expect([batch, ...rows].map((tensor) => tensor.isDisposed)).toEqual([false, false, false]);
    tf.dispose([batch, rows, together, apart, ofBytes]);
  });

  it('leaves only what it returns, and nothing after an error', async () => {
    for (const each of [processor, new CLIPImageProcessorFast(small)]) {
      await leavesNoTensors(() => each.preprocess([wide, tall]));
      await leavesNoTensors(() => each.preprocess(wide, { returnTensors: null }));
      await leavesNoTensors(() =>
        expect(each.preprocess([wide, 'no such file'])).rejects.toThrow(ImageError),
      );
      await leavesNoTensors(() =>
        expect(each.preprocess([wide, tall], { doCenterCrop: false })).rejects.toThrow(InvalidArgumentError),
      );
    }
  });
});

describe('preprocess', () => {
  const processor = new CLIPImageProcessor(small);

  it('takes options for one call only', async () => {
    const options = { size: 4, cropSize: [4, 6], returnTensors: null } as const;
    expect((await processor.preprocess(wide, options)).shapes).toEqual([[3, 4, 6]]);
    expect((await processor.preprocess(wide, { returnTensors: null })).shapes).toEqual([[3, 8, 8]]);
  });

  it('gives arrays of any sizes without returnTensors', async () => {
    const options = { doCenterCrop: false, returnTensors: null } as const;
    const { pixelValues, shapes } = await processor.preprocess([wide, tall], options);
    expect(shapes).toEqual([
      [3, 8, 12],
      [3, 20, 8],
    ]);
    expect(pixelValues.map((values) => values.length)).toEqual([3 * 8 * 12, 3 * 20 * 8]);
  });

  it('knows filters by PIL number and by name', async () => {
    const one = await processor.preprocess(wide, { resample: 5, returnTensors: null });
    expect(await processor.preprocess(wide, { resample: 'hamming', returnTensors: null })).toEqual(one);
    expect(await processor.preprocess(wide, { returnTensors: null })).not.toEqual(one);
  });

  it('puts transparent pictures on alphaBackground before it resizes them, and opaque ones not', async () => {
    const data = Uint8Array.from([200, 100, 0, 255, 9, 9, 9, 0, 200, 100, 0, 51, 0, 0, 0, 255]);
    const clear: RawImage = { data, width: 2, height: 2, channels: 4 };
    const composed = Uint8Array.from([200, 100, 0, 10, 20, 30, 48, 36, 24, 0, 0, 0]);
    const onColour = new CLIPImageProcessor({ ...small, alphaBackground: [10, 20, 30] });
    const expected = await processor.preprocess(
      { data: composed, width: 2, height: 2, channels: 3 },
      { returnTensors: null },
    );
    expect(await onColour.preprocess(clear, { returnTensors: null })).toEqual(expected);
    expect(await processor.preprocess(clear, { alphaBackground: [10, 20, 30], returnTensors: null })).toEqual(
      expected,
    );
    const dropped = await onColour.preprocess(clear, { alphaBackground: null, returnTensors: null });
    expect(dropped).toEqual(await processor.preprocess(clear, { returnTensors: null }));
    expect(dropped).not.toEqual(expected);
    expect(await onColour.preprocess(wide, { returnTensors: null })).toEqual(
      await processor.preprocess(wide, { returnTensors: null }),
    );
  });

  it('pads to the largest picture or to padSize, with 0 after normalising', async () => {
    const plain = {
      doResize: false,
      doCenterCrop: false,
      doNormalize: false,
      rescaleFactor: 1,
      doPad: true,
    } as const;
    const dot: RawImage = { data: Uint8Array.of(7), width: 1, height: 1, channels: 1 };
    const row: RawImage = { data: Uint8Array.of(1, 2), width: 2, height: 1, channels: 1 };
    const options = { ...plain, doConvertRgb: false, returnTensors: null };
    const values = async (more: object) => {
      const { pixelValues, shapes } = await processor.preprocess([dot, row], { ...options, ...more });
      return [...pixelValues.map((each) => [...each]), ...shapes];
    };
    expect(await values({})).toEqual([
      [7, 0],
      [1, 2],
      [1, 1, 2],
      [1, 1, 2],
    ]);
    expect(await values({ padSize: [2, 2] })).toEqual([
      [7, 0, 0, 0],
      [1, 2, 0, 0],
      [1, 2, 2],
      [1, 2, 2],
    ]);
    const last = await values({ dataFormat: 'channels_last', doConvertRgb: true });
    expect(last).toEqual([
      [7, 7, 7, 0, 0, 0],
      [1, 1, 1, 2, 2, 2],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await expect(values({ padSize: 1 })).rejects.toEqual(
      new InvalidArgumentError(
        'padSize is 1 × 1, but picture 1 is 2 × 1; padding cannot make it smaller. Raise padSize, or crop first.',
      ),
    );
  });
});

describe('what preprocess refuses', () => {
  const processor = new CLIPImageProcessor(small);
  const fast = new CLIPImageProcessorFast(small);
  const strip: RawImage = { data: new Uint8Array(300_000), width: 1, height: 100_000, channels: 3 };
  const floats = (...values: number[]) => ({
    data: Float32Array.from(values),
    width: values.length,
    height: 1,
    channels: 1,
  });
  const grey = { doConvertRgb: false, imageMean: 0, imageStd: 1 };

  it.each<[string, () => Promise<unknown>, Error]>([
    [
      'no pictures',
      () => processor.preprocess([]),
      new InvalidArgumentError('images is empty; give at least one picture.'),
    ],
    [
      'pictures that make no tensor',
      () => processor.preprocess([wide, tall], { doCenterCrop: false }),
      new InvalidArgumentError(
        'Pictures of different shapes make no tensor: picture 0 is [3,8,12], picture 1 [3,20,8]. ' +
          'Resize or crop them to one size, or pass doPad: true or returnTensors: null.',
      ),
    ],
    [
      'an unknown option',
      () => processor.preprocess(wide, { doResise: false } as object),
      new InvalidArgumentError(
        "preprocess has no option 'doResise'; there are returnTensors, doConvertRgb, doResize, size, resample, " +
          'doCenterCrop, cropSize, doRescale, rescaleFactor, doNormalize, imageMean, imageStd, doPad, padSize, ' +
          'defaultToSquare, inputDataFormat, dataFormat, alphaBackground, maxPixels.',
      ),
    ],
    [
      'an unknown filter',
      () => processor.preprocess(wide, { resample: 'cubic' as 'bicubic' }),
      new InvalidArgumentError(
        "resample must be 0 ('nearest'), 1 ('lanczos'), 2 ('bilinear'), 3 ('bicubic'), 4 ('box'), 5 ('hamming'); " +
          'got "cubic".',
      ),
    ],
    [
      'tensors of another framework',
      () => processor.preprocess(wide, { returnTensors: 'pt' as 'tf' }),
      new InvalidArgumentError(`returnTensors must be 'tf' or null; got "pt".`),
    ],
    [
      'a filter that torchvision lacks',
      () => fast.preprocess(wide, { resample: 'box' }),
      new InvalidArgumentError(
        "CLIPImageProcessorFast cannot resize with 'box', as torchvision cannot: use 'nearest', 'bilinear', 'bicubic' or " +
          "'lanczos', or CLIPImageProcessor.",
      ),
    ],
    [
      'a strip that would become too large',
      () => processor.preprocess(strip, { size: 224 }),
      new ImageError(
        'A picture 1 pixels wide and 100000 high would be resized to 224 × 22400000, 5017600000 pixels; the limit is ' +
          '178956970. Crop it first, or raise `maxPixels`.',
      ),
    ],
    [
      'a strip of which nothing would be left',
      () => processor.preprocess(strip, { size: { maxHeight: 50, maxWidth: 50 } }),
      new ImageError(
        'A picture 1 pixels wide and 100000 high would be resized to 0 × 50: nothing would be left of it. Choose another ' +
          'size, or crop it first.',
      ),
    ],
    [
      'a crop too large',
      () => processor.preprocess(wide, { cropSize: 100_000 }),
      new ImageError(
        'cropSize of 100000 × 100000 is 10000000000 pixels; the limit is 178956970. Ask for less, or raise `maxPixels`.',
      ),
    ],
    [
      'a mean of another number of channels',
      () =>
        processor.preprocess({ ...wide, data: noise(2400), channels: 4 }, { ...grey, imageMean: [0, 0, 0] }),
      new InvalidArgumentError(
        'imageMean has 3 values, but the picture has 4 channels; give one value for each, one number for all, or leave ' +
          'doConvertRgb true.',
      ),
    ],
    [
      'floats that are neither levels nor fractions',
      () => processor.preprocess(floats(0.5, 1.5), grey),
      new InvalidArgumentError(
        'Pillow resizes float pictures whose values are whole from 0 to 255, or all from 0 to 1; got 1.5. Scale them, ' +
          'pass doResize: false, or use CLIPImageProcessorFast.',
      ),
    ],
    [
      'whole floats beyond 255',
      () => processor.preprocess(floats(0, 256), grey),
      new InvalidArgumentError(
        'Pillow resizes float pictures whose values are whole from 0 to 255, or all from 0 to 1; got 256. Scale them, ' +
          'pass doResize: false, or use CLIPImageProcessorFast.',
      ),
    ],
    [
      'floats of another number than the size says',
      () => processor.preprocess({ ...floats(1, 2), height: 3 }),
      new InvalidArgumentError(
        'A picture { data, width, height, channels } has width × height × channels values; got 2 for 2 × 3 × 1.',
      ),
    ],
  ])('%s', async (_, call, error) => {
    await expect(call()).rejects.toEqual(error);
  });

  it.each<[string, () => tf.Tensor, Error]>([
    [
      'a tensor of rank 2',
      () => tf.zeros([4, 4]),
      new InvalidArgumentError(
        'A picture tensor is [height, width, channels] or [channels, height, width], or a batch of them; got [4,4].',
      ),
    ],
    [
      'a tensor whose channels cannot be told',
      () => tf.zeros([4, 5, 6]),
      new InvalidArgumentError(
        'Neither the first nor the last axis of [4,5,6] is 1 or 3 channels; say where they are with inputDataFormat: ' +
          "'channels_first' or 'channels_last'.",
      ),
    ],
    [
      'booleans',
      () => tf.zeros([4, 4, 3], 'bool'),
      new InvalidArgumentError('A picture tensor must be int32 or float32, got bool.'),
    ],
    [
      'integers beyond a byte',
      () => tf.fill([4, 4, 3], -1, 'int32'),
      new InvalidArgumentError(
        'An int32 picture holds levels from 0 to 255, got -1; make it float32 if other values are meant.',
      ),
    ],
    [
      'a tensor without pixels',
      () => tf.zeros([0, 4, 3]),
      new ImageError(
        'A picture of the tensor [0,4,3] is 4 pixels wide and 0 high: a picture needs at least one pixel.',
      ),
    ],
  ])('%s', async (_, make, error) => {
    await leavesNoTensors(async () => {
      const image = make();
      await expect(processor.preprocess(image)).rejects.toEqual(error);
      image.dispose();
    });
  });
});

describe('settings', () => {
  it("are HF's by default", () => {
    const json = {
      do_convert_rgb: true,
      do_resize: true,
      size: { shortest_edge: 224 },
      resample: 3,
      do_center_crop: true,
      crop_size: { height: 224, width: 224 },
      do_rescale: true,
      rescale_factor: 0.00392156862745098,
      do_normalize: true,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
    };
    expect(new CLIPImageProcessor().toJSON()).toEqual({
      ...json,
      image_processor_type: 'CLIPImageProcessor',
    });
    expect(new CLIPImageProcessorFast().toJSON()).toEqual({
      ...json,
      image_processor_type: 'CLIPImageProcessorFast',
    });
    expect([CLIPImageProcessorPil, CLIPFeatureExtractor]).toEqual([CLIPImageProcessor, CLIPImageProcessor]);
  });

  it('are readable fields', () => {
    const { size, cropSize, resample, imageMean, alphaBackground } = new CLIPImageProcessor({
      size: 30,
      cropSize: [2, 3],
    });
    expect({ size, cropSize, resample, alphaBackground }).toEqual({
      size: { shortestEdge: 30 },
      cropSize: { height: 2, width: 3 },
      resample: 'bicubic',
      alphaBackground: null,
    });
    expect(imageMean).toEqual([0.48145466, 0.4578275, 0.40821073]);
  });

  it('come from files of any age, and go back with what was not understood', () => {
    const old = {
      feature_extractor_type: 'CLIPFeatureExtractor',
      size: 336,
      crop_size: 224,
      resample: 2,
      image_mean: null,
      processor_class: 'CLIPProcessor',
    };
    const processor = CLIPImageProcessorFast.fromJSON(old);
    expect(processor).toBeInstanceOf(CLIPImageProcessorFast);
    expect(processor.toJSON()).toMatchObject({
      size: { shortest_edge: 336 },
      crop_size: { height: 224, width: 224 },
      resample: 2,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      processor_class: 'CLIPProcessor',
      image_processor_type: 'CLIPImageProcessorFast',
    });
    expect(processor.toJSON()).not.toHaveProperty('feature_extractor_type');
    expect(CLIPImageProcessorFast.fromJSON(processor.toJSON())).toEqual(processor);
  });

  it.each([
    [
      'image_std',
      0,
      'image_std must be a number other than 0, or a list of 1 to 4, one for each channel; got 0.',
    ],
    [
      'image_std',
      [1, 1, 0],
      'image_std must be a number other than 0, or a list of 1 to 4, one for each channel; got [1,1,0].',
    ],
    [
      'image_mean',
      [0.5, 0.5],
      'image_mean has 2 values, but RGB pictures have 3 channels; give three, one number for all, or do_convert_rgb: false.',
    ],
    [
      'size',
      -1,
      'size must be a positive integer, [height, width], { height, width }, { shortest_edge }, { shortest_edge, ' +
        'longest_edge } or { max_height, max_width }; got -1.',
    ],
    [
      'size',
      { longest_edge: 3 },
      'size must be a positive integer, [height, width], { height, width }, { shortest_edge }, { shortest_edge, ' +
        'longest_edge } or { max_height, max_width }; got {"longest_edge":3}.',
    ],
    [
      'crop_size',
      { shortest_edge: 3 },
      'crop_size must be a positive integer, [height, width] or { height, width }; got {"shortest_edge":3}.',
    ],
    ['rescale_factor', 0, 'rescale_factor must be a number other than 0; got 0.'],
    ['do_resize', 'yes', 'do_resize must be true or false; got "yes".'],
    [
      'alpha_background',
      [0, 0, 256],
      'alpha_background must be null or [red, green, blue] from 0 to 255; got [0,0,256].',
    ],
  ])('refuse %s %j in a file', async (key, value, message) => {
    const files = filesOf({ 'preprocessor_config.json': { [key]: value } });
    await expect(CLIPImageProcessor.fromModelFiles(files)).rejects.toEqual(
      new ConfigurationError(`preprocessor_config.json of a model: ${message}`),
    );
  });

  it('refuse what the constructor is given in its own words', () => {
    expect(() => new CLIPImageProcessor({ imageStd: 0 })).toThrow(
      new ConfigurationError(
        'imageStd must be a number other than 0, or a list of 1 to 4, one for each channel; got 0.',
      ),
    );
    const different = { doConvertRgb: false, imageMean: [0, 0], imageStd: [1] };
    expect(() => new CLIPImageProcessor(different)).toThrow(
      new ConfigurationError('imageMean has 2 values and imageStd 1; give as many of each.'),
    );
  });
});

describe('pretrained processors', () => {
  it("take the model's settings", async () => {
    const processor = await CLIPImageProcessor.fromPretrained('emoji-clip');
    expect(processor.alphaBackground).toEqual([255, 255, 255]);
    expect(processor.size).toEqual({ shortestEdge: 48 });
  });

  it('are found where transformers 5 puts them', async () => {
    const files = filesOf({
      'processor_config.json': { image_processor: { size: { shortest_edge: 5 } } },
      'preprocessor_config.json': { size: 6 },
    });
    expect((await CLIPImageProcessor.fromModelFiles(files)).size).toEqual({ shortestEdge: 5 });
    const older = filesOf({ 'processor_config.json': {}, 'preprocessor_config.json': { size: 6 } });
    expect((await CLIPImageProcessor.fromModelFiles(older)).size).toEqual({ shortestEdge: 6 });
  });

  it('are saved with all they hold', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'clip-image-'));
    try {
      const file = path.join(directory, 'preprocessor_config.json');
      await writeFile(file, JSON.stringify({ size: 9, alpha_background: [1, 2, 3], zeal: { b: 1, a: [2] } }));
      const processor = await CLIPImageProcessor.fromPretrained(directory);
      await processor.savePretrained(directory);
      expect(await CLIPImageProcessor.fromPretrained(directory)).toEqual(processor);
      const text = await readFile(file, 'utf8');
      expect(JSON.parse(text)).toMatchObject({ alpha_background: [1, 2, 3], zeal: { b: 1, a: [2] } });
      expect(text).toMatch(/^\{\n {2}"alpha_background".*"zeal": .*\}\n$/s);
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('say what is missing', async () => {
    await expect(CLIPImageProcessor.fromModelFiles(filesOf({}))).rejects.toEqual(
      new ModelNotFoundError(
        'a model has no preprocessor_config.json, which says how its pictures are prepared; add it, or make the processor ' +
          'with new CLIPImageProcessor({ … }).',
      ),
    );
  });
});

function filesOf(contents: Record<string, unknown>): ModelFiles {
  const read = async (file: string) =>
    file in contents ? new TextEncoder().encode(JSON.stringify(contents[file])) : null;
  return { name: 'a model', read, open: async () => null };
}
