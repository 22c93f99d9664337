/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** What is computed on the device, counted; and that its memory does not grow. */
import * as tf from '@tensorflow/tfjs';
import { profileDispatches } from '@tfjs-clip/webgpu-kernels';
import { BackendError, CLIPVisionConfig, TFCLIPModel, TFCLIPVisionModelWithProjection } from 'tfjs-clip';
import { TFCLIPEncoderLayer } from '../../packages/clip/src/layers/encoderLayer.js';
import { Fixture, modelFolder, withModel } from '../harness/fixture.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { thrown } from '../harness/thrown.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

describeWebGPU('the cost', () => {
  it('of a layer of ViT-B/32: 7 dispatches, and 1.76 MiB written', async () => {
    const layer = new TFCLIPEncoderLayer(new CLIPVisionConfig(), 'layer');
    layer.build();
    const x = tf.randomNormal<tf.Rank.R3>([1, 50, 768]);
    const dispatches = await profileDispatches(() => layer.forward(x).hiddenStates);
    expect(dispatches.map(({ program }) => program)).toEqual([
      'LayerNormProgram',
      'QueryKeyValueProgram',
      'AttentionProgram',
      'LinearProgram',
      'LayerNormProgram',
      'LinearProgram',
      'LinearProgram',
    ]);
    const bytes = dispatches.reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
    expect(bytes).toBe(4 * 50 * 768 * (5 + 3 + 4));
    expect(bytes).toBeLessThan(1.9 * 2 ** 20);
    for (const { milliseconds } of dispatches) expect(milliseconds).toBeGreaterThan(0);
    x.dispose();
    layer.disposeVariables();
  });

  it('of a vision tower of 12 layers: at most 90 dispatches', async () => {
    const small = { hiddenSize: 8, intermediateSize: 16, numAttentionHeads: 2, projectionDim: 4 };
    const config = new CLIPVisionConfig({ ...small, numHiddenLayers: 12, imageSize: 8, patchSize: 4 });
    const model = new TFCLIPVisionModelWithProjection(config);
    const pixelValues = tf.zeros<tf.Rank.R4>([1, 3, 8, 8]);
    const dispatches = await profileDispatches(() => {
      const { imageEmbeds, lastHiddenState, poolerOutput } = model.call({ pixelValues }) as never;
      return [imageEmbeds, lastHiddenState, poolerOutput];
    });
    expect(dispatches.length).toBeLessThanOrEqual(90);
    pixelValues.dispose();
    model.dispose();
  });

  it('in memory: none that is not given back, over calls and training steps', async () => {
    const inputs = (await Fixture.read('clip-quick-gelu')).inputs('base');
    await withModel(TFCLIPModel.fromPretrained(modelFolder('clip-quick-gelu')), async (model) => {
      const optimizer = tf.train.sgd(1e-3);
      const train = async () => {
        const loss = optimizer.minimize(() => model.call(inputs, { returnLoss: true }).loss!, true)!;
        await loss.data();
        loss.dispose();
      };
      const call = async () => {
        const output = model.call(inputs);
        await output.logitsPerImage.data();
        output.dispose();
      };
      const rounds = async (count: number) => {
        for (let i = 0; i < count; i++) await train();
        for (let i = 0; i < 5 * count; i++) await call();
      };
      await rounds(2);
      const before = memory();
      await leavesNoTensors(() => rounds(2));
      expect(memory()).toEqual(before);
      optimizer.dispose();
    });
    tf.dispose(inputs as object as tf.TensorContainer);
  });

  it('is counted no longer when a call has failed', async () => {
    const refusal = new Error('no');
    const refuse = () => {
      throw refusal;
    };
    expect(await thrown(() => profileDispatches(refuse))).toBe(refusal);
    tf.tidy(() => tf.square(tf.ones([4, 1000])));
    const { activeTimers } = webgpu() as object as { activeTimers: object[] | null };
    expect(activeTimers ?? []).toEqual([]);
  });

  it('is not counted on another backend', async () => {
    await tf.setBackend('cpu');
    expect(await thrown(() => profileDispatches(() => []))).toStrictEqual(
      new BackendError('Dispatches are counted on the webgpu backend, but cpu is in use: set it first.'),
    );
    await tf.setBackend('webgpu');
  });
});

/** Bytes of buffers in use, and of those kept for use again. */
function memory() {
  const { numBytesInGPU, numBytesAllocatedInGPU } = tf.memory() as unknown as Record<string, number>;
  return { numBytesInGPU, numBytesAllocatedInGPU };
}
