// SPDX-License-Identifier: Apache-2.0
/**
 * Looks at what WebGPU would compute on before tfjs starts on it. tfjs takes any adapter, and a software one
 * (SwiftShader, llvmpipe) is far slower than the backends that are made for the processor.
 */

/** As much of WebGPU as is asked here. */
export interface GPU {
  requestAdapter(options: { powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

interface Adapter {
  info?: { isFallbackAdapter?: boolean };
  /** Where it stood before it moved to `info`. */
  isFallbackAdapter?: boolean;
}

/** @throws Error unless there is an adapter, and one of a graphics card where a backend was not asked for by name */
export async function checkAdapter(gpu: GPU, isAskedFor: boolean): Promise<void> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw new Error('There is no graphics card with a driver that WebGPU can use.');
  if ((adapter.info?.isFallbackAdapter ?? adapter.isFallbackAdapter) && !isAskedFor) {
    throw new Error(
      'Its only adapter computes on the processor, more slowly than other backends do. Ask for webgpu to use it all the same.',
    );
  }
}

export function currentGPU(): GPU | undefined {
  return (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu;
}
