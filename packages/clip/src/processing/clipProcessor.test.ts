// SPDX-License-Identifier: Apache-2.0
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { noise } from '../../../../test/harness/noise.js';
import { ImageError, InvalidArgumentError, TokenizationError } from '../errors.js';
import { TFCLIPModel } from '../models/index.js';
import { CLIPProcessor } from './clipProcessor.js';
import { CLIPImageProcessor, CLIPImageProcessorFast, type RawImage } from './image/index.js';
import type { CLIPTokenizer } from './tokenizer/index.js';

const text = ['a pizza', 'a very small dog'];
const picture: RawImage = { data: noise(60 * 50 * 4), width: 60, height: 50, channels: 4 };

describeBackends('CLIPProcessor', () => {
  let processor: CLIPProcessor;
  beforeAll(async () => {
    processor = await CLIPProcessor.fromPretrained('emoji-clip');
  });

  it('gives what the tokenizer and the image processor give, as tensors', async () => {
    const { inputIds, attentionMask, pixelValues } = await processor.call({
      text,
      images: picture,
      padding: true,
    });
    const encoding = processor.tokenizer.call(text, { padding: true });
    expect(await inputIds.array()).toEqual(encoding.inputIds);
    expect(await attentionMask?.array()).toEqual(encoding.attentionMask);
    const pixels = await processor.imageProcessor.preprocess(picture);
    expect([inputIds.dtype, pixelValues.dtype, pixelValues.shape]).toEqual([
      'int32',
      'float32',
      [1, 3, 48, 48],
    ]);
    expect(await pixelValues.data()).toEqual(await pixels.pixelValues.data());
    tf.dispose([inputIds, attentionMask ?? [], pixelValues, pixels.pixelValues]);
  });

  it('makes the inputs of a model', async () => {
    const model = await TFCLIPModel.fromPretrained('emoji-clip');
    const inputs = await processor.call({ text, images: [picture, picture], padding: true });
    const out = model.call(inputs);
    expect(out.logitsPerImage.shape).toEqual([2, 2]);
    out.dispose();
    tf.dispose({ ...inputs } as tf.TensorContainer);
    model.dispose();
  });

  it('takes either alone', async () => {
    const onlyText = await processor.call({ text: 'a pizza' });
    const onlyImages = await processor.call({ images: [picture] });
    expect([Object.keys(onlyText), Object.keys(onlyImages)]).toEqual([
      ['inputIds', 'attentionMask'],
      ['pixelValues'],
    ]);
    expect(onlyText.inputIds.shape).toEqual([1, 4]);
    tf.dispose({ ...onlyText, ...onlyImages } as tf.TensorContainer);
  });

  it('leaves only what it returns, and nothing after an error on either side', async () => {
    await leavesNoTensors(() => processor.call({ text, images: picture, padding: true }));
    await leavesNoTensors(() =>
      expect(processor.call({ text, images: 'no such file', padding: true })).rejects.toThrow(ImageError),
    );
    await leavesNoTensors(() =>
      expect(processor.call({ text, images: picture })).rejects.toThrow(TokenizationError),
    );
  });
});

describe('CLIPProcessor', () => {
  let processor: CLIPProcessor;
  beforeAll(async () => {
    processor = await CLIPProcessor.fromPretrained('emoji-clip');
  });

  it('hands options to the side they are for', async () => {
    const imageOptions = { size: 5, cropSize: [5, 4], alphaBackground: null } as const;
    const options = { padding: 'max_length', maxLength: 9, imageOptions, returnTensors: null } as const;
    const { inputIds, pixelValues, shapes } = await processor.call({ text, images: picture, ...options });
    expect((inputIds as number[][]).map((ids) => ids.length)).toEqual([9, 9]);
    expect(shapes).toEqual([[3, 5, 4]]);
    expect(pixelValues).toEqual(
      (await processor.imageProcessor.preprocess(picture, { ...imageOptions, returnTensors: null }))
        .pixelValues,
    );
  });

  it('decodes as its tokenizer', () => {
    const { inputIds } = processor.tokenizer.call(text);
    expect(processor.batchDecode(inputIds, { skipSpecialTokens: true })).toEqual(text);
    expect(processor.decode(inputIds[0], { skipSpecialTokens: true })).toBe('a pizza');
  });

  it('is made of any image processor', async () => {
    const imageProcessor = await CLIPImageProcessorFast.fromPretrained('emoji-clip');
    const fast = new CLIPProcessor({ imageProcessor, tokenizer: processor.tokenizer });
    const { pixelValues } = await fast.call({ images: picture, returnTensors: null });
    expect(pixelValues).toEqual(
      (await imageProcessor.preprocess(picture, { returnTensors: null })).pixelValues,
    );
    expect(fast.modelInputNames).toEqual(['inputIds', 'attentionMask', 'pixelValues']);
  });

  it('is saved whole, and not hidden by a file of transformers 5', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'clip-processor-'));
    try {
      const nested = path.join(directory, 'processor_config.json');
      await writeFile(nested, JSON.stringify({ image_processor: { size: 7 } }));
      await processor.savePretrained(directory);
      const again = await CLIPProcessor.fromPretrained(directory);
      expect(again.imageProcessor).toEqual(processor.imageProcessor);
      expect(again.tokenizer.call(text)).toEqual(processor.tokenizer.call(text));
      expect(JSON.parse(await readFile(nested, 'utf8'))).toEqual({ processor_class: 'CLIPProcessor' });
    } finally {
      await rm(directory, { recursive: true });
    }
  });

  it('refuses what it cannot use', async () => {
    await expect(processor.call({})).rejects.toEqual(
      new InvalidArgumentError(
        "There is nothing to process: give text, images or both, such as { text: ['a cat'], images: 'cat.jpg' }.",
      ),
    );
    await expect(processor.call({ text, returnTensors: 'np' as 'tf' })).rejects.toEqual(
      new InvalidArgumentError(`returnTensors must be 'tf' or null; got "np".`),
    );
    const parts = { imageProcessor: new CLIPImageProcessor(), tokenizer: {} as CLIPTokenizer };
    expect(() => new CLIPProcessor(parts)).toThrow(
      new InvalidArgumentError(
        'A CLIPProcessor is made of { imageProcessor, tokenizer }, a CLIPImageProcessor and a CLIPTokenizer; to load both, ' +
          'use CLIPProcessor.fromPretrained.',
      ),
    );
  });
});
