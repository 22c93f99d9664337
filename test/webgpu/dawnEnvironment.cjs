// SPDX-License-Identifier: Apache-2.0
/**
 * Jest's Node environment with `navigator.gpu`: Dawn, on SwiftShader where Chromium brings it, so that no graphics card
 * is needed. Without an adapter there is no `navigator.gpu`; describeWebGPU.ts says what then.
 */
const { existsSync } = require('node:fs');
const NodeEnvironment = require('../harness/nodeEnvironment.cjs');

const swiftShader = '/usr/lib/chromium/vk_swiftshader_icd.json';
if (existsSync(swiftShader)) process.env.VK_ICD_FILENAMES ??= swiftShader; // Vulkan's loader reads it when Dawn starts.
const dawn = require('webgpu');

const gpu = dawn.create([]);

module.exports = class DawnEnvironment extends NodeEnvironment {
  async setup() {
    await super.setup();
    Object.assign(this.global, dawn.globals);
    const adapter = await gpu.requestAdapter();
    const navigator = { userAgent: 'node', ...(adapter && { gpu }) };
    Object.defineProperty(this.global, 'navigator', { value: navigator, configurable: true });
  }
};
