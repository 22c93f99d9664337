/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { testAttention } from '../kernels/attentionCases.js';
import { describeWebGPU } from './describeWebGPU.js';

testAttention(describeWebGPU, 'webgpu');
