// SPDX-License-Identifier: Apache-2.0
/** What contactSheet.test.ts calls in its page. */
import * as tf from '@tensorflow/tfjs';
import { contactSheet, datasetOf } from '@tfjs-clip/training';
import { CLIPProcessor } from 'tfjs-clip';

async function makeSheet(model: string, pictures: readonly string[]) {
  await tf.ready();
  const processor = await CLIPProcessor.fromPretrained(model);
  const before = tf.memory().numTensors;
  const examples = pictures.map(async (address) => ({
    key: address.slice(address.lastIndexOf('/') + 1),
    image: await (await fetch(address)).blob(),
    captions: 'a picture with a caption that goes on for three lines and more',
  }));
  const png = await contactSheet(datasetOf(await Promise.all(examples)), {
    processor,
    shuffle: false,
    draws: 2,
    augmentation: [{ op: 'randomHorizontalFlip', probability: 1 }],
  });
  return { png: [...png], leaked: tf.memory().numTensors - before };
}

export type MakeSheet = typeof makeSheet;
Object.assign(globalThis, { makeSheet });
