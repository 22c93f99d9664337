// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Functions, instantiate } from './functions.js';
import { Weight } from './weight.js';

const BYTES_OF_TILE = 4 * 8 * 4;

/** What the types of tfjs leave out. The memory is exported by the module, or made outside of it for all threads. */
interface Emscripten {
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  asm: { memory: WebAssembly.Memory };
  wasmMemory: WebAssembly.Memory;
}

export interface Product {
  rows: number;
  /** Of the left side; a row begins `leftStride` floats after the one before, `depth` unless said. */
  depth: number;
  left: number;
  leftStride?: number;
  columns: number;
  panels: number;
  out: number;
  outStride?: number;
  bias?: number;
  activation?: number;
  residual?: number;
}

/** tfjs's wasm backend with our functions running in its memory: where its tensors are, and room for what we make. */
export class Host {
  private static readonly hosts = new WeakMap<BackendWasm, Host>();
  readonly functions: Functions;
  private readonly emscripten: Emscripten;
  private readonly memory: WebAssembly.Memory;

  private constructor(private readonly backend: BackendWasm) {
    this.emscripten = backend.wasm as object as Emscripten;
    const isThreaded = 'PThread' in backend.wasm;
    this.memory = isThreaded ? this.emscripten.wasmMemory : this.emscripten.asm.memory;
    this.functions = instantiate(this.memory, isThreaded);
    this.functions.useTile(this.allocate(BYTES_OF_TILE));
  }

  static of(backend: BackendWasm): Host {
    const host = Host.hosts.get(backend) ?? new Host(backend);
    Host.hosts.set(backend, host);
    return host;
  }

  /** Where a tensor's values begin; 0 where there is no tensor. */
  pointerTo(info?: tf.TensorInfo): number {
    return info ? this.backend.dataIdMap.get(info.dataId).memoryOffset : 0;
  }

  /** The value of a scalar. */
  numberIn(info: tf.TensorInfo): number {
    return this.floats(this.pointerTo(info), 1)[0];
  }

  /** Where the panels of a weight [..., columns] begin. From now on it has no other form, until somebody reads it. */
  panelsOf({ dataId, shape }: tf.TensorInfo): number {
    return Weight.of(this, this.backend.dataIdMap, dataId).panels(shape[shape.length - 1]);
  }

  /** A float32 tensor, its values still to be written. */
  output(shape: number[]): { info: tf.TensorInfo; pointer: number } {
    const info = this.backend.makeOutput(shape, 'float32');
    return { info, pointer: this.pointerTo(info) };
  }

  /** activation(left · right + bias) + residual */
  multiply({ rows, depth, columns, left, panels, out, ...options }: Product): void {
    const { leftStride = depth, outStride = columns, bias = 0, activation = 0, residual = 0 } = options;
    this.functions.product(
      rows,
      depth,
      columns,
      left,
      leftStride,
      panels,
      out,
      outStride,
      bias,
      activation,
      residual,
    );
  }

  /** Memory that is free again once `use` has returned. */
  withScratch<Result>(bytes: number, use: (pointer: number) => Result): Result {
    const pointer = this.allocate(bytes);
    try {
      return use(pointer);
    } finally {
      this.free(pointer);
    }
  }

  allocate(bytes: number): number {
    const pointer = this.emscripten._malloc(bytes) >>> 0; // signed, beyond 2 GiB
    if (pointer === 0) throw new Error(`The wasm backend's memory has no room for ${bytes} bytes more.`);
    return pointer;
  }

  free(pointer: number): void {
    this.emscripten._free(pointer);
  }

  /** A view that is good until the memory grows. */
  floats(pointer: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, pointer, length);
  }

  /** tfjs's C++ knows tensors by a number, under which it also keeps copies of weights in XNNPACK's own layout: they go. */
  moveTensor(id: number, size: number, pointer: number): void {
    this.backend.wasm.tfjs.disposeData(id);
    this.backend.wasm.tfjs.registerTensor(id, size, pointer);
  }
}
