// SPDX-License-Identifier: Apache-2.0
/** For the test: every kind of picture that a page may have at hand, from one file. */
import * as tf from '@tensorflow/tfjs';
import { type ImageInput, pipeline } from 'tfjs-clip';
import { useBackend } from './backend.js';

const kinds = {
  address: async (file: string) => file,
  bytes: async (file: string) => new Uint8Array(await (await fetch(file)).arrayBuffer()),
  blob: async (file: string) => (await fetch(file)).blob(),
  image: async (file: string) => Object.assign(new Image(), { src: file }),
  bitmap: async (file: string) => createImageBitmap(await (await fetch(file)).blob()),
  canvas: async (file: string) => (await draw(file)).canvas,
  imageData: async (file: string) => {
    const context = await draw(file);
    return context.getImageData(0, 0, context.canvas.width, context.canvas.height);
  },
} satisfies Record<string, (file: string) => Promise<ImageInput>>;

export type Kind = keyof typeof kinds;

async function draw(file: string): Promise<CanvasRenderingContext2D> {
  const bitmap = await kinds.bitmap(file);
  const canvas = Object.assign(document.createElement('canvas'), {
    width: bitmap.width,
    height: bitmap.height,
  });
  const context = canvas.getContext('2d')!;
  context.drawImage(bitmap, 0, 0);
  return context;
}

const parameters = new URLSearchParams(location.search);
const page = {
  backend: await useBackend(parameters.get('backend')!),

  /** The score of each label in the order given, and how many tensors the call left behind. */
  async classify(kind: Kind, file: string, labels: string[]) {
    const picture = await kinds[kind](file);
    const before = tf.memory().numTensors;
    const ranked = await classify(picture, labels);
    const scores = labels.map((label) => ranked.find((entry) => entry.label === label)!.score);
    return { scores, leaked: tf.memory().numTensors - before };
  },

  /** The classes of a tower's layers when it is loaded as a LayersModel: it finds them by their names. */
  async layersByName() {
    const { vision } = classify.model.toLayersModel();
    const topology = vision.toJSON(null, false) as tf.io.ModelJSON['modelTopology'];
    const loaded = await tf.loadLayersModel(tf.io.fromMemory({ modelTopology: topology }));
    const names = loaded.layers.map((layer) => layer.getClassName());
    loaded.dispose();
    return names;
  },

  /** Tensors that are left when the pipeline is gone. */
  dispose() {
    classify.dispose();
    return tf.memory().numTensors;
  },
};

const classify = await pipeline('zero-shot-image-classification', parameters.get('model')!);
Object.assign(window, { page });

declare global {
  interface Window {
    page: typeof page;
  }
}
