// SPDX-License-Identifier: Apache-2.0
/** The suites of every backend once more, with the SIMD kernels: the same outputs, gradients and layers. */
import './suitesWithKernels.js';
import '../../packages/clip/src/ops/attention.test.js';
import '../../packages/clip/src/ops/ops.test.js';
import '../parity/gradients.test.js';
import '../parity/outputs.test.js';
