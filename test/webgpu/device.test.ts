/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import type { WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';
import { useDevice } from '@tfjs-clip/webgpu-kernels';
import { CLIPKernel } from 'tfjs-clip/ops';
import { linear } from '../../packages/clip/src/ops/linear.js';
import { registerBackend } from '../../packages/webgpu-kernels/src/backendRegistry.js';
import { leavesNoTensors } from '../harness/leaks.js';
import { attend, attentionInputs } from '../kernels/attend.js';
import { matchesComposed, random } from '../kernels/parity.js';
import { describeWebGPU, webgpu } from './describeWebGPU.js';

describeWebGPU('the device that is asked for', () => {
  it('has what helps kernels, where the adapter has it', async () => {
    const adapter = (await (navigator as Navigator & { gpu: GPU }).gpu.requestAdapter())!;
    const { features, limits } = webgpu().device;
    for (const feature of ['timestamp-query', 'shader-f16', 'subgroups']) {
      expect({ feature, has: features.has(feature) }).toEqual({
        feature,
        has: adapter.features.has(feature),
      });
    }
    for (const limit of [
      'maxBufferSize',
      'maxStorageBuffersPerShaderStage',
      'maxComputeWorkgroupStorageSize',
    ] as const) {
      expect({ limit, value: limits[limit] }).toEqual({ limit, value: adapter.limits[limit] });
    }
  });

  it('is left to a program that has it already', () => {
    const backend = webgpu();
    registerBackend();
    expect(webgpu()).toBe(backend);
  });

  it('takes shaders that enable what they need', async () => {
    const x = tf.tensor1d([1, 2, 3, 4]);
    await leavesNoTensors(async () => {
      const sums = tf
        .engine()
        .makeTensorFromTensorInfo(webgpu().runWebGPUProgram(new SubgroupSum(), [x], 'float32'));
      await expect(sums).toBeCloseToTensor([10, 10, 10, 10], 0);
      return sums;
    });
    x.dispose();
  });
});

/** Each element becomes the sum of all: four invocations are in one subgroup, whatever its size. */
class SubgroupSum implements WebGPUProgram {
  outputShape = [4];
  shaderKey = 'SubgroupSum';
  dispatch: [number, number, number] = [1, 1, 1];
  dispatchLayout = { x: [0] };
  variableNames = ['x'];
  workgroupSize: [number, number, number] = [4, 1, 1];
  getUserCode = () => `
    enable subgroups;
    fn main(index : i32) {
      let sum = subgroupAdd(x[index]);
      if (index < uniforms.outShape) { result[index] = sum; }
    }`;
}

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
