/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import { useDevice } from '@tfjs-clip/webgpu-kernels';
import { CLIPKernel } from 'tfjs-clip/ops';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { attend, attentionInputs } from './attend.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';
import { matchesComposed, random } from './parity.js';

describeWebGPU('a device of one’s own', () => {
  let device: GPUDevice;

  beforeAll(async () => {
    const adapter = (await (navigator as Navigator & { gpu: GPU }).gpu.requestAdapter())!;
    // With the least limits that WebGPU promises; the feature only spares us a warning of tf.profile.
    device = await adapter.requestDevice({ requiredFeatures: ['timestamp-query'] });
    await useDevice(device, adapter.info);
  });

  it('is what tfjs computes on, with these kernels', async () => {
    expect(webgpu().device).toBe(device);
    const inputs = [random([9, 6]), random([6, 8]), random([8])];
    await matchesComposed(inputs, ([x, kernel, bias]) => linear(x, kernel, { bias }), [CLIPKernel.Linear]);
    expect(webgpu().device).toBe(device);
  });

  it('may have no more than the limits that all devices have', async () => {
    expect(device.limits.maxComputeWorkgroupStorageSize).toBe(16_384);
    for (const [batch, sequence, width, heads] of [
      [1, 5, 270, 1],
      [2, 65, 128, 1],
    ]) {
      const op = (given: tf.Tensor[]) => attend(given, heads);
      await matchesComposed(attentionInputs(batch, sequence, width), op, [CLIPKernel.Attention]);
    }
    const large = [random([1600, 8]), random([8, 320])];
    await matchesComposed(large, ([x, kernel]) => linear(x, kernel), [CLIPKernel.Linear]);
  });
});
