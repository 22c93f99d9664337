// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';

/** What the current backend's WebGPU adapter calls itself, such as 'nvidia hopper'; empty for other backends. */
export function adapterName(): string {
  const { adapterInfo } = tf.backend() as { adapterInfo?: Partial<GPUAdapterInfo> };
  const { vendor, architecture, description } = adapterInfo ?? {};
  return [vendor, architecture, description].filter(Boolean).join(' ');
}
