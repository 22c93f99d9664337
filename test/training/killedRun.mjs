// SPDX-License-Identifier: Apache-2.0
/** A short run in a process of its own, to be killed: node killedRun.mjs FOLDER. Needs a build. */
import * as tf from '@tensorflow/tfjs';
import { openRun, randomFor, train, weightsOf } from '@tfjs-clip/training';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';

const BATCHES = 6;
const PAIRS = 3;
const IDS = 4;
const sizes = {
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 1,
  numAttentionHeads: 2,
  projectionDim: 6,
};
const config = new CLIPConfig({
  projectionDim: 6,
  textConfig: { ...sizes, vocabSize: 20, maxPositionEmbeddings: IDS, eosTokenId: 19 },
  visionConfig: { ...sizes, imageSize: 8, patchSize: 4 },
});

const batches = {
  batchesPerEpoch: BATCHES,
  async *batches(epoch, from = 0) {
    for (let batch = from; batch < BATCHES; batch++) yield batchOf(randomFor(1, epoch, batch));
  },
};

function batchOf(random) {
  const ids = Array.from({ length: PAIRS * IDS }, (_, i) =>
    i % IDS === IDS - 1 ? 19 : Math.floor(random() * 19),
  );
  const pixels = Float32Array.from({ length: PAIRS * 3 * 8 * 8 }, () => random() * 2 - 1);
  const indices = Int32Array.of(0, 1, 2);
  return {
    keys: ['0', '1', '2'],
    inputIds: tf.tensor2d(ids, [PAIRS, IDS], 'int32'),
    attentionMask: tf.ones([PAIRS, IDS], 'int32'),
    pixelValues: tf.tensor4d(pixels, [PAIRS, 3, 8, 8]),
    groupOfText: indices,
    groupOfImage: indices,
  };
}

tf.enableProdMode();
await tf.setBackend('cpu');
const model = new TFCLIPModel(config);
const run = await openRun(process.argv[2], { resume: true });
await train(weightsOf(model), batches, {
  ...{ run, epochs: 4, learningRate: 1e-2, schedule: 'cosine', emaDecay: 0.9, saveEvery: 1 },
  evaluation: {
    every: 4,
    metric: 'first',
    evaluate: async () => ({ first: (await model.namedWeights().get('visual_projection.weight').data())[0] }),
  },
  callbacks: { onTrainBegin: () => void process.send?.('ready') },
});
process.disconnect?.();
