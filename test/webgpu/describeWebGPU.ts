// SPDX-License-Identifier: Apache-2.0
/** Runs a suite on tfjs's webgpu backend with the fused kernels; invalid WGSL fails the test that met it. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import '@tfjs-clip/webgpu-kernels';

const hasAdapter = Boolean((navigator as { gpu?: unknown }).gpu);

/** `describe` where there is an adapter, and on CI, which must have one; elsewhere it skips aloud. */
export function describeWebGPU(name: string, suite: () => void): void {
  const mustRun = Boolean(process.env.CI);
  if (!hasAdapter && !mustRun) {
    console.warn(
      `Skipped: ${name}. There is no WebGPU adapter; install chromium (for its SwiftShader) and libvulkan1.`,
    );
  }
  (hasAdapter || mustRun ? describe : describe.skip)(`${name} on webgpu`, () => {
    beforeAll(async () => {
      expect(await tf.setBackend('webgpu')).toBe(true);
      await tf.ready();
    });
    let device: GPUDevice;
    beforeEach(() => {
      ({ device } = webgpu());
      device.pushErrorScope('validation');
    });
    afterEach(async () => {
      expect((await device.popErrorScope())?.message).toBeUndefined();
    });
    suite();
  });
}

export function webgpu(): WebGPUBackend {
  return tf.findBackend('webgpu') as WebGPUBackend;
}
