// SPDX-License-Identifier: Apache-2.0
/** Node 20 has relaxed SIMD behind a flag, which holds for the process: other test files run in it later. */
import v8 from 'node:v8';

const FLAG = 'experimental-wasm-relaxed-simd';
const isNode20 = process.version.startsWith('v20.');

if (isNode20) {
  v8.setFlagsFromString(`--${FLAG}`);
  afterAll(() => v8.setFlagsFromString(`--no-${FLAG}`));
}
