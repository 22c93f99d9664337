// SPDX-License-Identifier: Apache-2.0
/** The device that kernels run on: asked for with all that helps them, or given by the program. */
import * as tf from '@tensorflow/tfjs';
import { BackendError } from 'tfjs-clip/ops';
import { hoistEnableDirectives } from './enableDirectives.js';

export interface Device {
  device: GPUDevice;
  /** The adapter's; tfjs knows some by name. */
  info?: GPUAdapterInfo;
}

/** What tfjs and the kernels use where the adapter has it. Kernels ask `device.features`. */
const FEATURES = ['timestamp-query', 'bgra8unorm-storage', 'shader-f16', 'subgroups'] as const;

/** What a device has less of than its adapter, unless it is asked for. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/** @throws BackendError where there is no adapter */
export async function requestDevice(): Promise<Device> {
  const powerPreference = tf.env().getBool('WEBGPU_USE_LOW_POWER_GPU') ? 'low-power' : 'high-performance';
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference });
  if (!adapter)
    throw new BackendError('There is no WebGPU adapter here; use another backend of TensorFlow.js.');
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  return prepared(device, adapter.info);
}

/** A device that takes shaders of tfjs's making. */
export function prepared(device: GPUDevice, info?: GPUAdapterInfo): Device {
  hoistEnableDirectives(device);
  return { device, info };
}
