// SPDX-License-Identifier: Apache-2.0
import { testEmbeddings, testLayerNorm } from '../kernels/kernelCases.js';
import { describeWasm } from './describeWasm.js';

testLayerNorm(describeWasm, 'wasm');
testEmbeddings(describeWasm, 'wasm');
