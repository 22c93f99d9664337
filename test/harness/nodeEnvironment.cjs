// SPDX-License-Identifier: Apache-2.0
/** Jest's Node environment with the host's typed arrays, so that `instanceof` holds for what Node's own modules and native addons return. */
const { TestEnvironment } = require('jest-environment-node');

module.exports = class NodeEnvironment extends TestEnvironment {
  async setup() {
    await super.setup();
    for (const name of [
      'Float32Array',
      'Float64Array',
      'Int8Array',
      'Int16Array',
      'Int32Array',
      'Uint8Array',
      'Uint8ClampedArray',
      'Uint16Array',
      'Uint32Array',
      'BigInt64Array',
      'BigUint64Array',
      'ArrayBuffer',
      'SharedArrayBuffer',
      'DataView',
    ]) {
      this.global[name] = globalThis[name];
    }
  }
};
