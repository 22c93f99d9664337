// SPDX-License-Identifier: Apache-2.0
/** The three pipelines on a small model, and a way to lose the device while they run; in Node and in a page. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { CLIPConfig, type CLIPProcessor, pipeline, type RawImage, type TFCLIPModel } from 'tfjs-clip';

const sizes = { hiddenSize: 8, intermediateSize: 12, numHiddenLayers: 1, numAttentionHeads: 2 };

/** For emoji-clip's tokens and pictures. */
export const config = new CLIPConfig({
  projectionDim: 6,
  textConfig: { ...sizes, vocabSize: 4514, maxPositionEmbeddings: 16, eosTokenId: 4513 },
  visionConfig: { ...sizes, imageSize: 48, patchSize: 24 },
});

const texts = ['pizza', 'dog', 'a rocket in space'];
const pictures = [1, 2, 3].map(picture);
const batchSize = 2;

interface Parts {
  model: TFCLIPModel;
  processor: CLIPProcessor;
}

interface Case {
  /** Three inputs, in two batches. */
  call: (parts: Parts) => Promise<number[]>;
  /** Runs once a batch. In the second one the device is lost, in a zero-shot classification with the texts known. */
  program: string;
}

export const cases: Record<string, Case> = {
  'zero-shot-image-classification': {
    async call(parts) {
      const classify = await pipeline('zero-shot-image-classification', parts);
      const results = await classify(pictures, { candidateLabels: texts, batchSize });
      return results.flatMap((scores) =>
        texts.map((text) => scores.find(({ label }) => label === text)!.score),
      );
    },
    program: 'PatchEmbeddingProgram',
  },
  'image-feature-extraction': {
    async call(parts) {
      const extract = await pipeline('image-feature-extraction', parts);
      return numbersOf(await extract(pictures, { batchSize }));
    },
    program: 'PatchEmbeddingProgram',
  },
  'feature-extraction': {
    async call(parts) {
      const extract = await pipeline('feature-extraction', parts);
      return numbersOf(await extract(texts, { batchSize }));
    },
    program: 'TokenEmbeddingProgram',
  },
};

/** Destroys the device that is in use when it is given its `nth` dispatch from now, of those of `program` if that is given. */
export function loseDeviceAt(nth: number, program?: string): void {
  const backend = tf.backend() as WebGPUBackend;
  const { runWebGPUProgram } = backend;
  let dispatches = 0;
  backend.runWebGPUProgram = (...run) => {
    if (!program || run[0].constructor.name === program) dispatches++;
    if (dispatches === nth) backend.device.destroy();
    return runWebGPUProgram.apply(backend, run);
  };
}

async function numbersOf(features: tf.Tensor): Promise<number[]> {
  const values = [...(await features.data())];
  features.dispose();
  return values;
}

function picture(seed: number): RawImage {
  const data = Uint8Array.from({ length: 48 * 48 * 3 }, (_, i) => (i * (seed + 3) * 7) % 251);
  return { data, width: 48, height: 48, channels: 3 };
}
