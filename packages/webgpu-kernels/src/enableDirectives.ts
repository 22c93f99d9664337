// SPDX-License-Identifier: Apache-2.0

const DIRECTIVE = /^\s*enable\s+[\w\s,]+;/gm;

const prepared = new WeakSet<GPUDevice>();

/**
 * Has the device accept `enable f16;` anywhere in a shader. WGSL wants such directives before all else, where tfjs puts
 * text of its own.
 */
export function hoistEnableDirectives(device: GPUDevice): void {
  if (prepared.has(device)) return;
  prepared.add(device);
  const createShaderModule = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) =>
    createShaderModule({ ...descriptor, code: directivesFirst(descriptor.code) });
}

export function directivesFirst(code: string): string {
  const directives = code.match(DIRECTIVE);
  if (!directives) return code;
  const lines = [...new Set(directives.map((directive) => directive.trim()))];
  return [...lines, code.replace(DIRECTIVE, '')].join('\n');
}
