// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { InvalidArgumentError } from '../errors.js';
import { type CLIPInputs, TFCLIPModel } from './clipModel.js';

// biome-ignore lint/suspicious/noExplicitAny: what a caller without types may pass
type Given = any;

const model = new TFCLIPModel(tinyConfig());
afterAll(() => model.dispose());

describe('texts are taken', () => {
  it.each([
    ['lists', [[1, 2, 19]], [[1, 1, 1]]],
    ['one list, a batch of one', [1, 2, 19], [1, 1, 1]],
    ['tensors of int32', tf.tensor2d([[1, 2, 19]], undefined, 'int32'), tf.ones([1, 3], 'int32')],
    ['tensors of float32', tf.tensor2d([[1, 2, 19]]), tf.ones([1, 3])],
    ['a mask of booleans', [[1, 2, 19]], tf.ones([1, 3], 'bool')],
    ['a tensor of rank 1', tf.tensor1d([1, 2, 19], 'int32'), tf.ones([3], 'int32')],
  ] as [string, Given, Given][])('as %s', async (_, inputIds, attentionMask) => {
    const expected = model.getTextFeatures({ inputIds: [[1, 2, 19]] });
    const features = model.getTextFeatures({ inputIds, attentionMask, positionIds: [0, 1, 2] });
    expect(await features.data()).toEqual(await expected.data());
    tf.dispose([expected, features]);
  });
});

describe('texts are refused', () => {
  it.each([
    [undefined, 'inputIds is missing; give token ids [batch, sequence], as CLIPTokenizer makes them.'],
    [{}, 'inputIds is missing; give token ids [batch, sequence], as CLIPTokenizer makes them.'],
    [
      { inputIds: [Array(8).fill(1)] },
      'inputIds has 8 tokens a text, but this model has positions for 7; tokenize with truncation: true.',
    ],
    [
      { inputIds: tf.ones([2, 9], 'int32') },
      'inputIds has 9 tokens a text, but this model has positions for 7; tokenize with truncation: true.',
    ],
    [{ inputIds: [[1, 20]] }, 'inputIds holds 20; this model takes 0 to 19.'],
    [{ inputIds: [[-1, 3]] }, 'inputIds holds -1; this model takes 0 to 19.'],
    [{ inputIds: [[1.5, 3]] }, 'inputIds holds 1.5; this model takes 0 to 19.'],
    [{ inputIds: [[Number.NaN]] }, 'inputIds holds NaN; this model takes 0 to 19.'],
    [{ inputIds: [1, 2], positionIds: [0, 7] }, 'positionIds holds 7; this model takes 0 to 6.'],
    [{ inputIds: null }, 'inputIds must be a tensor or lists of integers, [batch, sequence].'],
    [{ inputIds: 'a cat' }, 'inputIds must be a tensor or lists of integers, [batch, sequence].'],
    [
      { inputIds: [[1, 2], [3]] },
      'inputIds has rows of 2, 1 numbers, but must be [batch, sequence]; tokenize with padding: true.',
    ],
    [
      { inputIds: [] },
      'inputIds has rows of 0 numbers, but must be [batch, sequence]; tokenize with padding: true.',
    ],
    [
      { inputIds: tf.ones([1, 2, 3], 'int32') },
      'inputIds is [1, 2, 3], but must be [batch, sequence] and not empty.',
    ],
    [
      { inputIds: tf.zeros([0, 3], 'int32') },
      'inputIds is [0, 3], but must be [batch, sequence] and not empty.',
    ],
    [
      { inputIds: [[1, 2, 3]], attentionMask: [[1, 1]] },
      'attentionMask is [1, 2], but inputIds is [1, 3]; the two must agree.',
    ],
    [
      { inputIds: tf.ones([2, 3], 'int32'), attentionMask: [[1, 1, 1]] },
      'attentionMask is [1, 3], but inputIds is [2, 3]; the two must agree.',
    ],
    [
      { inputIds: tf.ones([2, 3], 'int32'), positionIds: tf.ones([3, 3], 'int32') },
      'positionIds is [3, 3], but inputIds is [2, 3]; the two must agree.',
    ],
  ] as [Given, string][])('%#', async (inputs, message) => {
    await refuses(() => model.getTextFeatures(inputs), message);
  });
});

describe('pictures are refused', () => {
  it.each([
    [undefined, 'pixelValues must be a tensor [batch, 3, 8, 8], as CLIPImageProcessor makes it.'],
    [[[1]], 'pixelValues must be a tensor [batch, 3, 8, 8], as CLIPImageProcessor makes it.'],
    [
      tf.ones([3, 8, 8]),
      'pixelValues is [3, 8, 8], but this model takes [batch, 3, 8, 8]: batch first, then channels.',
    ],
    [
      tf.ones([1, 8, 8, 3]),
      'pixelValues is [1, 8, 8, 3], but this model takes [batch, 3, 8, 8]: batch first, then channels.',
    ],
    [
      tf.ones([1, 3, 8, 12]),
      'pixelValues is [1, 3, 8, 12], but this model takes [batch, 3, 8, 8]; resize (CLIPImageProcessor does) or pass interpolatePosEncoding: true.',
    ],
  ] as [Given, string][])('%#', async (pixelValues, message) => {
    await refuses(() => model.getImageFeatures({ pixelValues }), message);
  });

  it('smaller than a patch, though positions are interpolated', async () => {
    const pixelValues = tf.ones([1, 3, 3, 8]) as tf.Tensor4D;
    await refuses(
      () => model.getImageFeatures({ pixelValues }, { interpolatePosEncoding: true }),
      'pixelValues is [1, 3, 3, 8]: smaller than one patch of 4×4 pixels.',
    );
    pixelValues.dispose();
  });
});

it('the loss needs as many texts as pictures', async () => {
  const inputs = { inputIds: [[1, 19]], pixelValues: tf.ones([2, 3, 8, 8]) } as CLIPInputs;
  await refuses(
    () => model.call(inputs, { returnLoss: true }),
    'The contrastive loss pairs text i with image i, but there are 1 texts and 2 images; give as many of both.',
  );
  const output = model.call(inputs);
  expect(output.logitsPerText.shape).toEqual([1, 2]);
  output.dispose();
  tf.dispose(inputs.pixelValues);
});

/** An error of that sentence, and no tensor left behind. */
async function refuses(action: () => unknown, message: string): Promise<void> {
  await leavesNoTensors(async () => {
    expect(await thrown(action)).toStrictEqual(new InvalidArgumentError(message));
  });
}
