// SPDX-License-Identifier: Apache-2.0
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** What the types of tfjs leave out. The memory is exported by the module, or made outside of it for tfjs's threads. */
export interface Emscripten {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  asm: { memory?: WebAssembly.Memory };
  wasmMemory?: WebAssembly.Memory;
}

export function emscriptenOf(backend: BackendWasm): Emscripten {
  return backend.wasm as object as Emscripten;
}

export function memoryOf(backend: BackendWasm): WebAssembly.Memory {
  const { asm, wasmMemory } = emscriptenOf(backend);
  return (asm.memory ?? wasmMemory)!;
}
