// SPDX-License-Identifier: Apache-2.0
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { CLIPProcessor, TFCLIPModel } from 'tfjs-clip';
import { leavesNoTensors } from '../../../../../test/harness/leaks.js';
import { samplePredictions } from './samplePredictions.js';

const PICTURES = path.resolve(__dirname, '../../../../../test/fixtures/images/emoji');

it('says which captions the model takes for the likeliest, and leaves no tensor', async () => {
  await tf.setBackend('cpu');
  const model = await TFCLIPModel.fromPretrained('emoji-clip');
  const processor = await CLIPProcessor.fromPretrained('emoji-clip');
  const names = ['pizza', 'rocket'];
  const records = names.map((name) => ({
    key: name,
    captions: [name, 'another'],
    readImage: () => readFile(path.join(PICTURES, `${name}.png`)),
  }));
  await leavesNoTensors(async () => {
    const predictions = await samplePredictions(model, processor, records);
    expect(predictions.map(({ caption, guesses }) => [caption, guesses.map(({ text }) => text)])).toEqual([
      ['pizza', ['pizza', 'rocket']],
      ['rocket', ['rocket', 'pizza']],
    ]);
    for (const [i, { picture, guesses }] of predictions.entries()) {
      expect(picture).toEqual(await records[i].readImage());
      expect(guesses[0].score + guesses[1].score).toBeCloseTo(1, 5);
      expect(guesses[0].score).toBeGreaterThan(0.9);
    }
  });
  model.dispose();
});
