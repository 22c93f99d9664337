// SPDX-License-Identifier: Apache-2.0
/** Which backend tfjs has under the name 'webgpu', and what takes its place when its device is lost. */
import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { RecoverableWebGPUBackend } from './backend.js';
import { type Device, prepared, requestDevice } from './device.js';
import { addChoices, choicesFor } from './tuning/choices.js';

/** As tfjs registers it: before webgl and wasm. */
const PRIORITY = 3;

/** Has tfjs ask for devices with all that helps the kernels, unless it has asked already. */
export function registerBackend(): void {
  const isStarted = tf.getBackend() === 'webgpu' || 'webgpu' in tf.engine().registry;
  if (!isStarted && tf.findBackendFactory('webgpu')) register(start);
}

/**
 * Has tfjs's webgpu backend compute on a device of yours, such as one that draws too, or one of an adapter that would not
 * be chosen otherwise. To be called first: what was computed on webgpu before is lost. So is the device at times; the one
 * that takes its place is asked for as if this had not been called.
 *
 * @param info the adapter's; tfjs knows some by name
 */
export async function useDevice(device: GPUDevice, info?: GPUAdapterInfo): Promise<void> {
  register(() => backendOn(prepared(device, info)));
  await tf.setBackend('webgpu');
}

async function replace(lost: WebGPUBackend): Promise<void> {
  const device = await requestDevice().catch(() => null);
  if (tf.engine().registry.webgpu !== lost) {
    device?.device.destroy(); // The program has replaced the lost one meanwhile.
    return;
  }
  const isCurrent = tf.getBackend() === 'webgpu';
  if (device) {
    if (isAlike(device.device, lost.device)) addChoices(device.device, choicesFor(lost.device));
    register(() => backendOn(device));
    if (isCurrent) await tf.setBackend('webgpu');
    return;
  }
  tf.removeBackend('webgpu');
  if (isCurrent) {
    await tf.ready(); // Chooses among those that are left.
    console.warn(
      `The WebGPU device was lost, and there is no other: ${tf.getBackend()} computes from now on.`,
    );
  }
  register(start); // For programs that want to try again.
}

/** Whether what was measured on one holds on the other. Some browsers do not tell. */
function isAlike({ adapterInfo: a }: GPUDevice, { adapterInfo: b }: GPUDevice): boolean {
  if (!a || !b) return false;
  return a.vendor === b.vendor && a.architecture === b.architecture && a.device === b.device;
}

function register(factory: Parameters<typeof tf.registerBackend>[1]): void {
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  tf.registerBackend('webgpu', factory, PRIORITY);
}

function backendOn(device: Device): WebGPUBackend {
  return new RecoverableWebGPUBackend(device, replace);
}

async function start(): Promise<WebGPUBackend> {
  return backendOn(await requestDevice());
}
