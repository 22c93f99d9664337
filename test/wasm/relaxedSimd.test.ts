// SPDX-License-Identifier: Apache-2.0
/** The kernels' tests once more, in the build for engines with relaxed SIMD. */
import './allowRelaxedSimd.js';
import './attention.test.js';
import './kernels.test.js';
import './linear.test.js';
