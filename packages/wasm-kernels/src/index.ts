// SPDX-License-Identifier: Apache-2.0
/** Importing this package registers its kernels with tfjs's wasm backend. */
import '@tensorflow/tfjs-backend-wasm';
import './register.js';

export { type ThreadOptions, useThreads } from './threads/useThreads.js';
