// SPDX-License-Identifier: Apache-2.0
/** What all our programs have in common, and how a kernel is made of one. */
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

type Size3 = [number, number, number];

/** How many numbers an element of a binding holds: `array<f32>`, `array<vec2<f32>>` or `array<vec4<f32>>`. */
export type Components = 1 | 2 | 4;

export interface ProgramParts {
  /** Bindings in order, with the numbers in one element of each. The WGSL must read every one. */
  inputs: Readonly<Record<string, Components>>;
  outputComponents: Components;
  /** Fields of `uniforms` in WGSL, i32. At least one, which the WGSL must read. */
  integers: Readonly<Record<string, number>>;
  /** …and f32. */
  floats?: Readonly<Record<string, number>>;
  workgroupSize: Size3;
  workgroups: number;
  /** Whatever else the WGSL depends on: two programs of a class with equal constants have equal WGSL. */
  constants: readonly (string | number | boolean)[];
}

/** A program that sees its tensors as flat arrays. For one run: the backend writes into it. */
export abstract class FusedProgram implements WebGPUProgram {
  // With a second axis tfjs calls main() without an index.
  readonly dispatchLayout = { x: [0], y: [1] };
  readonly variableNames: string[];
  readonly variableComponents: number[];
  readonly outputComponent: number;
  readonly workgroupSize: Size3;
  readonly uniforms: string;
  readonly dispatch: Size3;
  outputShape: number[] = [];
  shaderKey: string;
  private readonly uniformValues: { type: string; data: number[] }[];

  constructor(parts: ProgramParts, limits: GPUSupportedLimits) {
    const { inputs, outputComponents, integers, floats = {}, workgroupSize, workgroups, constants } = parts;
    this.variableNames = Object.keys(inputs);
    this.variableComponents = Object.values(inputs);
    this.outputComponent = outputComponents;
    this.workgroupSize = workgroupSize;
    this.dispatch = grid(workgroups, limits.maxComputeWorkgroupsPerDimension);
    const fields = [
      ...Object.keys(integers).map((name) => `${name} : i32`),
      ...Object.keys(floats).map((name) => `${name} : f32`),
    ];
    this.uniforms = fields.join(', ');
    this.uniformValues = [
      ...Object.values(integers).map((value) => ({ type: 'int32', data: [value] })),
      ...Object.values(floats).map((value) => ({ type: 'float32', data: [value] })),
    ];
    const key = [...this.variableComponents, outputComponents, ...workgroupSize, ...constants];
    this.shaderKey = `${new.target.name}_${key.join('_')}`;
  }

  abstract getUserCode(): string;

  run(backend: WebGPUBackend, inputs: tf.TensorInfo[], shape: number[]): tf.TensorInfo {
    this.outputShape = [sizeOf(shape)];
    const output = backend.runWebGPUProgram(this, inputs.map(flat), 'float32', this.uniformValues);
    return { ...output, shape };
  }
}

/** So many workgroups on two axes, of which none is longer than the device allows; some at the end may be too many. */
function grid(workgroups: number, longest: number): Size3 {
  const rows = Math.ceil(workgroups / longest);
  return [Math.ceil(workgroups / Math.max(rows, 1)), Math.max(rows, 1), 1];
}

function flat(info: tf.TensorInfo): tf.TensorInfo {
  return { dataId: info.dataId, dtype: info.dtype, shape: [sizeOf(info.shape)] };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** 4 where all rows of these widths consist of whole vec4s, so that they can be read as such. */
export function componentsFor(...widths: number[]): Components {
  return widths.every((width) => width % 4 === 0) ? 4 : 1;
}

/** Inputs as a kernel gets them: no tensors, only what says where they are. */
export type Infos<Inputs> = { [Name in keyof Inputs]: tf.TensorInfo };

export function fusedKernel<Inputs, Attributes = object>(
  kernelName: string,
  compute: (backend: WebGPUBackend, inputs: Infos<Inputs>, attributes: Attributes) => tf.TensorInfo,
): tf.KernelConfig {
  return {
    kernelName,
    backendName: 'webgpu',
    kernelFunc: ({ inputs, attrs, backend }) =>
      compute(backend as WebGPUBackend, inputs as Infos<Inputs>, attrs as Attributes),
  };
}
