// SPDX-License-Identifier: Apache-2.0
/** ViT-B/32 in its exact shapes: sums as long as those of real models. The cpu backend would take minutes. */
import * as tf from '@tensorflow/tfjs';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';
import { describeBackends } from '../harness/backends.js';
import { beyond, differences, Fixture, withModel } from '../harness/fixture.js';
import { formulaWeight, uniform } from './formulaWeights.js';

/** Relative to each stage's largest magnitude; measured: states up to 2.2e-6, logits (cosines near 0) 4.9e-6. */
const TOLERANCE = 2e-5;

const suite = () => {
  it('gives the states of every block, embeddings, logits and loss', async () => {
    const fixture = await Fixture.read('vit-b-32');
    await withModel(formulaModel(), async (model) => {
      expect(model.namedWeights().size).toBe(398);
      const pixelValues = tf.tensor4d(uniform(1, 2 * 3 * 224 * 224), [2, 3, 224, 224]);
      const inputs = { ...fixture.inputs('base'), pixelValues };
      const output = model.call(inputs, { returnLoss: true, outputHiddenStates: true });
      const { loss, logitsPerImage, textEmbeds, imageEmbeds } = output;
      const recorded = {
        textModelOutput: { hiddenStates: output.textModelOutput.hiddenStates!.map(some) },
        visionModelOutput: { hiddenStates: output.visionModelOutput.hiddenStates!.map(some) },
        ...{ textEmbeds, imageEmbeds, logitsPerImage, loss },
      };
      expect(beyond(TOLERANCE, await differences(recorded, fixture, 'base'))).toEqual({});
    });
  });
};
describeBackends('ViT-B/32', suite, ['wasm', 'tensorflow']);

async function formulaModel(): Promise<TFCLIPModel> {
  const model = new TFCLIPModel(new CLIPConfig(), { initialize: false });
  tf.tidy(() => model.layer.createWeights(({ name, shape }) => tf.tensor(formulaWeight(name, shape), shape)));
  return model;
}

/** What the fixture holds of the states: every third token, every 97th number. */
function some(states: tf.Tensor3D): tf.Tensor {
  const every = (step: number, length: number) => tf.range(0, length, step, 'int32');
  return tf.gather(tf.gather(states, every(3, states.shape[1]), 1), every(97, states.shape[2]), 2);
}
