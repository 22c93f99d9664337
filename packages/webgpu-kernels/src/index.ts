// SPDX-License-Identifier: Apache-2.0
/** Importing this package registers its kernels with tfjs's webgpu backend, and the devices that they run on. */
import '@tensorflow/tfjs-backend-webgpu';
import { registerBackend } from './backendRegistry.js';
import './register.js';

export { DeviceLostError, recovering } from 'tfjs-clip/ops';
export { useDevice } from './backendRegistry.js';
export { type CompileEvent, type CompileOptions, compileShaders } from './compileShaders.js';
export { type Dispatch, profileDispatches } from './profile.js';
export { type TuneEvent, type TuneOptions, tuneKernels } from './tuning/tuneKernels.js';
export { type PackedFormat, type PackedWeights, packWeights } from './weights/packedWeights.js';

registerBackend();
