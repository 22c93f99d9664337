// SPDX-License-Identifier: Apache-2.0
/** What training asks of a model: checkpoints in place of activations, and weights that are made of others. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { thrown } from '../../../../test/harness/thrown.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel } from './clipModel.js';

const config = tinyConfig();

function makeInputs() {
  const { imageSize, numChannels } = config.visionConfig;
  const ids = [
    [1, 2, 19, 19],
    [3, 19, 0, 0],
  ];
  const mask = [
    [1, 1, 1, 0],
    [1, 1, 0, 0],
  ];
  return {
    inputIds: tf.tensor2d(ids, undefined, 'int32'),
    attentionMask: tf.tensor2d(mask, undefined, 'int32'),
    pixelValues: tf.randomNormal([2, numChannels, imageSize, imageSize], 0, 1, 'float32', 5),
  };
}

async function gradients(model: TFCLIPModel): Promise<Map<string, Float32Array>> {
  const inputs = makeInputs();
  const { value, grads } = tf.variableGrads(() => model.call(inputs, { returnLoss: true }).loss!);
  const result = new Map<string, Float32Array>();
  for (const [name, variable] of model.namedWeights()) {
    result.set(name, (await grads[variable.name].data()) as Float32Array);
  }
  tf.dispose([inputs, value, grads]);
  return result;
}

describeBackends('TFCLIPModel in training', () => {
  it('has the same gradients with checkpoints, bit for bit, with fewer tensors at once', async () => {
    await leavesNoTensors(async () => {
      const model = new TFCLIPModel(config);
      const plain = await gradients(model);
      model.gradientCheckpointingEnable();
      expect(await gradients(model)).toEqual(plain);
      const checkpointed = await mostTensors(model);
      model.gradientCheckpointingDisable();
      expect(checkpointed).toBeLessThan((await mostTensors(model)) / 2);
      model.dispose();
      return [];
    });
  });

  it('computes with the weights it is given, which gradients reach', async () => {
    await leavesNoTensors(async () => {
      const model = new TFCLIPModel(config);
      const name = 'text_model.encoder.layers.0.self_attn.q_proj.weight';
      const inputs = makeInputs();
      const weight = tf.clone(model.namedWeights().get(name)!);
      const loss = (change: tf.Tensor) =>
        model.withWeights(new Map([[name, tf.add(weight, change)]]), () => {
          return model.call(inputs, { returnLoss: true }).loss!;
        });
      const gradient = tf.tidy(() => tf.grad(loss)(tf.zerosLike(weight)));
      const expected = (await gradients(model)).get(name)!;
      expect(Buffer.compare(bytesOf((await gradient.data()) as Float32Array), bytesOf(expected))).toBe(0);
      model.dispose();
      return [inputs, weight, gradient];
    });
  });

  it.each([
    ['text_model.lm_head.weight', 'is no weight of this model.'],
    ['text_model.final_layer_norm.bias', 'is [8] in this model, not [].'],
  ])('refuses to compute with %s', async (name, problem) => {
    const model = new TFCLIPModel(config);
    const weight = tf.scalar(1);
    const error = await thrown(() => model.withWeights(new Map([[name, weight]]), () => {}));
    expect(error).toEqual(new InvalidArgumentError(`${name} ${problem}`));
    weight.dispose();
    model.dispose();
  });
});

/** That exist when the forward pass has been recorded. */
async function mostTensors(model: TFCLIPModel): Promise<number> {
  const inputs = makeInputs();
  let recorded = 0;
  const { value, grads } = tf.variableGrads(() => {
    const before = tf.memory().numTensors;
    const loss = model.call(inputs, { returnLoss: true }).loss!;
    recorded = tf.memory().numTensors - before;
    return loss;
  });
  tf.dispose([inputs, value, grads]);
  return recorded;
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
