// SPDX-License-Identifier: Apache-2.0
/** tfjs's webgpu backend, made so that tensors outlive its device, and that its memory does not grow without end. */
import * as tf from '@tensorflow/tfjs';
import { WebGPUBackend, webgpu_util } from '@tensorflow/tfjs-backend-webgpu';
import { DeviceLostError, type RecoverableBackend } from 'tfjs-clip/ops';
import { BufferPool } from './bufferPool.js';
import { roundedUp } from './bufferSizes.js';
import type { Device } from './device.js';

/**
 * Keeps the values of tensors in the program's memory after their upload, where tfjs drops them. When the device is lost
 * tfjs computes on another one; it asks this backend for each tensor that it meets there, as it does when programs change
 * backends, and is given those values.
 */
export class RecoverableWebGPUBackend extends WebGPUBackend implements RecoverableBackend {
  private readonly bufferPool: BufferPool;
  private isGone = false;
  private recovery: Promise<void> | null = null;

  /** @param replace puts another backend in this one's place */
  constructor(
    { device, info }: Device,
    private readonly replace: (lost: WebGPUBackend) => Promise<void>,
  ) {
    super(device, info);
    this.bufferPool = new BufferPool(this.bufferManager);
    device.lost.then(() => {
      this.isGone = true;
    });
  }

  override uploadToGPU(dataId: object): void {
    const stored = this.tensorMap.get(dataId);
    const { values, resource, dtype, shape } = stored;
    if (!resource && !values) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST;
      const bytes = webgpu_util.GPUBytesPerElement(dtype) * tf.util.sizeFromShape(shape);
      stored.resource = this.bufferManager.acquireBuffer(roundedUp(bytes), usage);
      return;
    }
    super.uploadToGPU(dataId);
    stored.values = values;
  }

  /** The output may be a tensor that had values until now. */
  override runWebGPUProgram(...run: Parameters<WebGPUBackend['runWebGPUProgram']>): tf.TensorInfo {
    const output = super.runWebGPUProgram(...run);
    const stored = this.tensorMap.get(output.dataId);
    if (stored.resource) stored.values = null as never; // An empty tensor has no buffer.
    return output;
  }

  override submitQueue(): void {
    super.submitQueue();
    this.bufferPool.trim();
  }

  override async read(dataId: object): Promise<tf.BackendValues> {
    this.checkThatValuesAreThere(dataId);
    try {
      return this.withoutPadding(dataId, await super.read(dataId));
    } catch (error) {
      if (await this.isLost()) this.checkThatValuesAreThere(dataId);
      throw error;
    }
  }

  override readSync(dataId: object): tf.BackendValues {
    this.checkThatValuesAreThere(dataId);
    return this.withoutPadding(dataId, super.readSync(dataId));
  }

  override dispose(): void {
    super.dispose();
    this.isGone = true;
  }

  /** A read is refused before or after its device says that it is lost. */
  async isLost(): Promise<boolean> {
    if (!this.isGone) await new Promise((resolve) => setTimeout(resolve));
    return this.isGone;
  }

  recover(): Promise<void> {
    this.recovery ??= this.replace(this);
    return this.recovery;
  }

  /** A buffer may be longer than its tensor. tfjs keeps what it has read. */
  private withoutPadding(dataId: object, values: tf.BackendValues): tf.BackendValues {
    const stored = this.tensorMap.get(dataId);
    const size = tf.util.sizeFromShape(stored.shape);
    if (stored.dtype === 'complex64' || values.length <= size) return values;
    stored.values = values.slice(0, size) as tf.BackendValues;
    return stored.values;
  }

  private checkThatValuesAreThere(dataId: object): void {
    if (!this.isGone || this.tensorMap.get(dataId).values) return;
    throw new DeviceLostError(whatWasLost(dataId));
  }
}

function whatWasLost(dataId: object): string {
  const variables = Object.values(tf.engine().state.registeredVariables);
  const variable = variables.find((one) => one.dataId === dataId);
  if (variable) {
    return (
      `The values that ${variable.name} was given since it was loaded were only on the WebGPU device, which was lost. ` +
      'Load the model again; savePretrained, called now and then in training, limits the loss.'
    );
  }
  return (
    "A tensor's values were only on the WebGPU device, which was lost. Make the call anew: " +
    'recovering(() => model.call(inputs)) of @tfjs-clip/webgpu-kernels does so by itself.'
  );
}
