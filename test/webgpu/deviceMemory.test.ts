/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
/** The device's memory over a thousand calls, and over batches of many sizes. */
import * as tf from '@tensorflow/tfjs';
import { CLIPVisionConfig, TFCLIPVisionModelWithProjection } from 'tfjs-clip';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

describeWebGPU('the memory of the device', () => {
  it('is the same after 10 calls and after 1,000', async () => {
    const sizes = { hiddenSize: 4, intermediateSize: 4, numHiddenLayers: 1, numAttentionHeads: 1 };
    const config = new CLIPVisionConfig({ ...sizes, imageSize: 4, patchSize: 4, projectionDim: 4 });
    const model = new TFCLIPVisionModelWithProjection(config);
    const calls = async (count: number) => {
      for (let i = 1; i <= count; i++) {
        const pixelValues = tf.zeros<tf.Rank.R4>([1, 3, 4, 4]);
        const output = model.call({ pixelValues });
        if (i % 10 === 0) await output.imageEmbeds.data();
        output.dispose();
        pixelValues.dispose();
      }
      return webgpu().memory();
    };
    const after10 = await calls(10);
    expect(await calls(990)).toEqual(after10);
    model.dispose();
  });

  it('does not grow with the number of sizes that it has seen', async () => {
    const { numBytesInGPU, numBytesAllocatedInGPU } = webgpu().memory();
    let [once, largest] = [0, 0];
    for (let i = 0; i < 300; i++) {
      const x = tf.tensor1d(new Float32Array(100_000 + i)); // What is uploaded has a buffer of its own size.
      const y = tf.square(x);
      once = Math.max(once, webgpu().memory().numBytesInGPU - numBytesInGPU);
      await y.data();
      tf.dispose([x, y]);
      largest = Math.max(largest, webgpu().memory().numBytesAllocatedInGPU - numBytesAllocatedInGPU);
    }
    expect(once).toBeGreaterThan(0);
    expect(largest).toBeLessThan(5 * once);
  });
});
