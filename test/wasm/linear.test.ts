// SPDX-License-Identifier: Apache-2.0
import { testLinear } from '../kernels/linearCases.js';
import { describeWasm } from './describeWasm.js';

testLinear(describeWasm, 'wasm');
