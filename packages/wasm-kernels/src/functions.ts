// SPDX-License-Identifier: Apache-2.0
/** The compiled functions of assembly/, in the build that the engine runs fastest. Pointers and sizes are numbers. */
import { relaxedSimd } from './generated/relaxedSimd.js';
import { sharedRelaxedSimd } from './generated/sharedRelaxedSimd.js';
import { sharedSimd } from './generated/sharedSimd.js';
import { simd } from './generated/simd.js';

/** As declared in assembly/, where each is described. */
export interface Functions {
  useTile(memory: number): void;
  product(
    rows: number,
    depth: number,
    columns: number,
    left: number,
    leftStride: number,
    panels: number,
    out: number,
    outStride: number,
    bias: number,
    activation: number,
    residual: number,
  ): void;
  panelBytes(rows: number, columns: number): number;
  packPanels(rows: number, columns: number, matrix: number, stride: number, panels: number): void;
  packTransposed(
    rows: number,
    columns: number,
    matrix: number,
    stride: number,
    scale: number,
    panels: number,
  ): void;
  transpose(rows: number, columns: number, matrix: number, out: number): void;
  layerNorm(
    rows: number,
    width: number,
    x: number,
    gamma: number,
    beta: number,
    epsilon: number,
    out: number,
  ): void;
  divideByNorm(rows: number, width: number, x: number): void;
  attentionScratch(sequence: number, headSize: number): number;
  attend(
    sequence: number,
    headSize: number,
    queries: number,
    keys: number,
    values: number,
    stride: number,
    causal: number,
    keyMask: number,
    out: number,
    outStride: number,
    scratch: number,
  ): void;
  cutPatches(
    first: number,
    count: number,
    pixels: number,
    channels: number,
    height: number,
    width: number,
    patchSize: number,
    out: number,
  ): void;
  addRows(width: number, left: number, right: number, out: number): number;
  addRowsOfTables(
    rows: number,
    width: number,
    leftIds: number,
    leftCount: number,
    leftTable: number,
    rightIds: number,
    rightCount: number,
    rightTable: number,
    out: number,
  ): void;
}

export function hasSimd(): boolean {
  return WebAssembly.validate(decode(simd));
}

/** @param isShared whether other threads see the memory: a module says which kind it wants */
export function compile(isShared: boolean): WebAssembly.Module {
  const [relaxed, plain] = (isShared ? [sharedRelaxedSimd, sharedSimd] : [relaxedSimd, simd]).map(decode);
  return new WebAssembly.Module(WebAssembly.validate(relaxed) ? relaxed : plain);
}

export function instantiate(module: WebAssembly.Module, memory: WebAssembly.Memory): Functions {
  return new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as Functions;
}

function decode(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}
