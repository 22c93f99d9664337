/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { testLinear } from '../kernels/linearCases.js';
import { describeWebGPU } from './describeWebGPU.js';

testLinear(describeWebGPU, 'webgpu');
