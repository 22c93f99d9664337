// SPDX-License-Identifier: Apache-2.0
import { testAttention } from '../kernels/attentionCases.js';
import { describeWasm } from './describeWasm.js';

testAttention(describeWasm, 'wasm');
