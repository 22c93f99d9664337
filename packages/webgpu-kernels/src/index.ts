// SPDX-License-Identifier: Apache-2.0
/** Importing this package registers its kernels with tfjs's webgpu backend. */
import '@tensorflow/tfjs-backend-webgpu';
import './register.js';

export { useDevice } from './device.js';
export { type Dispatch, profileDispatches } from './profile.js';
export { type PackedFormat, type PackedWeights, packWeights } from './weights/packedWeights.js';
