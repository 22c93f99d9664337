// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { CLIPConfig } from '../configuration/index.js';
import { TFCLIPModel } from './clipModel.js';

const sizes = { hiddenSize: 8, intermediateSize: 12, numHiddenLayers: 2, numAttentionHeads: 2 };
const config = new CLIPConfig({
  projectionDim: 6,
  textConfig: { ...sizes, vocabSize: 20, maxPositionEmbeddings: 7, hiddenAct: 'gelu_pytorch_tanh' },
  visionConfig: { ...sizes, imageSize: 8, patchSize: 4, hiddenAct: 'quick_gelu' },
});

describeBackends('a tower as a tf.LayersModel', () => {
  it.each(['text', 'vision'] as const)(
    'gives the same when it was saved and loaded, and leaves no tensor: %s',
    async (tower) => {
      await leavesNoTensors(async () => {
        const model = new TFCLIPModel(config);
        const layersModel = model.toLayersModel()[tower];
        const reloaded = await tf.loadLayersModel(tf.io.fromMemory(await artifactsOf(layersModel)));
        const inputs = inputsOf(tower);
        const [expected, actual] = [layersModel, reloaded].map((each) => each.predict(inputs) as tf.Tensor);
        await expect(actual).toBeCloseToTensor(expected, 0);
        tf.dispose([expected, actual, inputs]);
        reloaded.dispose();
        model.dispose();
      });
    },
  );
});

function inputsOf(tower: 'text' | 'vision'): tf.Tensor[] {
  if (tower === 'vision') return [tf.randomNormal([2, 3, 8, 8], 0, 1, 'float32', 1)];
  return [tf.tensor2d([[1, 5, 19, 19]], undefined, 'int32'), tf.tensor2d([[1, 1, 1, 0]], undefined, 'int32')];
}

function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  return new Promise((done, fail) => {
    const keep = async (artifacts: tf.io.ModelArtifacts): Promise<tf.io.SaveResult> => {
      done(artifacts);
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    };
    model.save(tf.io.withSaveHandler(keep)).catch(fail);
  });
}
