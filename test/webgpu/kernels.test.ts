/** @jest-environment ./test/webgpu/dawnEnvironment.cjs */
// SPDX-License-Identifier: Apache-2.0
import { testEmbeddings, testLayerNorm } from '../kernels/kernelCases.js';
import { describeWebGPU } from './describeWebGPU.js';

testLayerNorm(describeWebGPU, 'webgpu');
testEmbeddings(describeWebGPU, 'webgpu');
