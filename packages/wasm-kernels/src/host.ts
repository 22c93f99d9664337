// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Emscripten, emscriptenOf, memoryOf } from './emscripten.js';
import { compile, type Functions, instantiate } from './functions.js';
import { partsOf } from './threads/parts.js';
import { isShared } from './threads/sharedMemory.js';
import { type Job, Threads } from './threads/threads.js';
import { giveUpThreads, threadCount } from './threads/useThreads.js';
import type { Call } from './threads/work.js';
import { isWorthThreads } from './threads/worth.js';
import { Weight } from './weight.js';

const BYTES_OF_TILE = 4 * 8 * 4;

/** Into how many tasks work is cut for each thread: who is held up leaves tasks to the others. */
const TASKS_PER_THREAD = 4;

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
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  private readonly emscripten: Emscripten;
  private readonly threads?: Threads;

  private constructor(private readonly backend: BackendWasm) {
    this.emscripten = emscriptenOf(backend);
    this.memory = memoryOf(backend);
    const hasThreads = isShared(this.memory.buffer);
    this.module = compile(hasThreads);
    this.functions = instantiate(this.module, this.memory);
    this.functions.useTile(this.allocate(BYTES_OF_TILE));
    if (hasThreads) this.threads = new Threads(this, giveUpThreads);
  }

  static of(backend: BackendWasm): Host {
    const host = Host.hosts.get(backend) ?? new Host(backend);
    Host.hosts.set(backend, host);
    return host;
  }

  /** Ends the threads of a backend that goes. */
  static dispose(backend: BackendWasm): void {
    Host.hosts.get(backend)?.threads?.stop();
    Host.hosts.delete(backend);
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

  /** activation(left · right + bias) + residual, of products that do not depend on each other */
  multiply(...products: Product[]): void {
    const operations = products.reduce((sum, { rows, depth, columns }) => sum + rows * depth * columns, 0);
    const parts = isWorthThreads(operations) ? threadCount() * TASKS_PER_THREAD : 1;
    const tasks = products.flatMap((product) => partsOf(product, parts)).map(argumentsOf);
    this.run(operations, { name: 'product', tasks });
  }

  /** Calls a function many times, in any order, on several threads where it is worth that. */
  run(operations: number, job: Job): void {
    if (this.threads && isWorthThreads(operations)) {
      this.threads.run(threadCount(), job);
      return;
    }
    const { name, tasks, scratchBytes = 0 } = job;
    this.withScratch(scratchBytes, (scratch) => {
      for (const task of tasks) (this.functions[name] as Call)(...task, scratch);
    });
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

function argumentsOf({ rows, depth, left, columns, panels, out, ...options }: Product): number[] {
  const { leftStride = depth, outStride = columns, bias = 0, activation = 0, residual = 0 } = options;
  return [rows, depth, columns, left, leftStride, panels, out, outStride, bias, activation, residual];
}
