// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { type CLIPProcessor, loadImage, type TFCLIPModel } from 'tfjs-clip';
import type { ImageTextRecord } from '../../data/dataset.js';
import type { SamplePrediction } from './report.js';

const GUESSES = 3;

/** Which of all their captions the model finds the likeliest for each of these pictures. Texts beyond its context are cut. */
export async function samplePredictions(
  model: TFCLIPModel,
  processor: CLIPProcessor,
  records: readonly ImageTextRecord[],
): Promise<SamplePrediction[]> {
  const pictures = await Promise.all(records.map((record) => record.readImage()));
  const images = await Promise.all(pictures.map((picture) => loadImage(picture)));
  const texts = [...new Set(records.map(({ captions }) => captions[0]))];
  const inputs = await processor.call({ text: texts, images, padding: true, truncation: true });
  const probabilities = tf.tidy(() => tf.softmax(model.call(inputs).logitsPerImage));
  try {
    const rows = (await probabilities.array()) as number[][];
    return records.map(({ captions }, i) => ({
      picture: pictures[i],
      caption: captions[0],
      guesses: likeliest(rows[i], texts),
    }));
  } finally {
    tf.dispose([probabilities, ...Object.values(inputs)]);
  }
}

function likeliest(scores: readonly number[], texts: readonly string[]): SamplePrediction['guesses'] {
  const guesses = scores.map((score, i) => ({ text: texts[i], score }));
  return guesses.sort((a, b) => b.score - a.score).slice(0, GUESSES);
}
