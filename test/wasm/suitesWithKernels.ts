// SPDX-License-Identifier: Apache-2.0
/** To be imported before the suites that are to run on wasm with the SIMD kernels, and nowhere else. */
import '@tfjs-clip/wasm-kernels';
import { runSuitesOnlyOn } from '../harness/backends.js';

runSuitesOnlyOn('wasm');
