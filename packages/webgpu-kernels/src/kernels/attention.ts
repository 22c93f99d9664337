// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import {
  type AttentionAttributes,
  type AttentionInputs,
  CLIPKernel,
  type MaskedAttentionInputs,
} from 'tfjs-clip/ops';
import { componentsFor, FusedProgram, fusedKernel, type Infos } from '../program.js';
import { writer } from '../wgsl/matrix.js';
import { repeat } from '../wgsl/repeat.js';
import { WORKGROUP_INDEX } from '../wgsl/workgroup.js';
import { type HeadShape, queryKeyValue } from './queryKeyValue.js';

interface AttentionShape extends HeadShape {
  batch: number;
  sequence: number;
  causal: boolean;
  masked: boolean;
}

/** How a device is used: none of it changes what is computed. */
interface Schedule {
  /** Queries of a workgroup, one a thread. */
  queries: number;
  /** Keys and values in workgroup memory at a time. */
  keys: number;
  /** Columns of the values that a workgroup sums: all of a head, but for large ones, whose sums would not fit in registers. */
  valueColumns: number;
}

const LARGEST_IN_REGISTERS = 128;

/**
 * softmax(q kᵀ / √headSize) v with the softmax online (Milakov & Gimelshein 2018; FlashAttention): one pass over the
 * keys keeps the largest score so far, and scales the sums anew when it grows. The scores are never written.
 *
 * A thread has one query of one head, in registers; keys and values pass through workgroup memory.
 */
class AttentionProgram extends FusedProgram {
  constructor(
    private readonly shape: AttentionShape,
    private readonly schedule: Schedule,
    limits: GPUSupportedLimits,
  ) {
    const { batch, sequence, heads, headSize, paddedSize, causal, masked } = shape;
    const { queries, valueColumns } = schedule;
    const [tiles, chunks] = [Math.ceil(sequence / queries), Math.ceil(paddedSize / valueColumns)];
    super(
      {
        inputs: { qkv: 4, ...(masked && { keyMask: 1 as const }) },
        outputComponents: componentsFor(headSize),
        integers: { batch, sequence, tiles },
        floats: { scale: headSize ** -0.5 },
        workgroupSize: [queries, 1, 1],
        workgroups: batch * heads * chunks * tiles,
        constants: [heads, headSize, causal, masked, ...Object.values(schedule)],
      },
      limits,
    );
  }

  getUserCode(): string {
    const { heads, headSize, masked } = this.shape;
    const { keys, queries } = this.schedule;
    const { size, part, chunks } = this;
    return `
    var<workgroup> keyTile : array<vec4<f32>, ${keys * size}>;
    var<workgroup> valueTile : array<vec4<f32>, ${keys * part}>;
    var<workgroup> endOfKeys : i32;
    ${writer('write', { columns: String(headSize), components: componentsFor(headSize) })}

    /* Where a head of a part (0 queries, 1 keys, 2 values) of a token begins in qkv. */
    fn startOf(token : i32, part : i32, head : i32) -> i32 {
      return ((token * 3 + part) * ${heads} + head) * ${size};
    }

    fn main() {
      let index = ${WORKGROUP_INDEX};
      let tile = index % uniforms.tiles;
      let chunk = index / uniforms.tiles % ${chunks} * ${part};
      let head = index / uniforms.tiles / ${chunks} % ${heads};
      let item = index / uniforms.tiles / ${chunks} / ${heads};
      let first = min(item, uniforms.batch - 1) * uniforms.sequence; // Barriers need every workgroup.
      let thread = i32(localId.x);
      let position = tile * ${queries} + thread;
      let queryStart = startOf(first + min(position, uniforms.sequence - 1), 0, head);
      ${this.readQuery()}
      var sums : array<vec4<f32>, ${part}>;
      var largest = -3.0e38;
      var total = 0.0;
      ${this.findEnd()}
      for (var start = 0; start < end; start = start + ${keys}) {
        let count = min(${keys}, end - start);
        ${this.readTiles()}
        for (var k = 0; k < count; k = k + 1) {
          ${this.addKey()}
        }
      }
      ${masked ? this.meanOfAll() : ''}
      if (item < uniforms.batch && position < uniforms.sequence) {
        let row = (first + position) * ${heads} + head;
        ${repeat(part, (i) => `if (chunk + ${i} < ${size}) { write(row, 4 * (chunk + ${i}), sums[${i}] / total); }`)}
      }
    }`;
  }

  private readQuery(): string {
    if (!this.isInRegisters) return '';
    return `var query : array<vec4<f32>, ${this.size}>;
      ${repeat(this.size, (i) => `query[${i}] = qkv[queryStart + ${i}] * uniforms.scale;`)}`;
  }

  /** No key after the workgroup's last query is read when attention is causal. The loop must be seen to be the same for all threads. */
  private findEnd(): string {
    const end = this.shape.causal
      ? `min(uniforms.sequence, (tile + 1) * ${this.schedule.queries})`
      : 'uniforms.sequence';
    return `if (thread == 0) { endOfKeys = ${end}; }
      let end = workgroupUniformLoad(&endOfKeys);`;
  }

  private readTiles(): string {
    const { size, part } = this;
    const { queries } = this.schedule;
    return `workgroupBarrier(); // The keys before may still be in use.
        for (var i = thread; i < count * ${size}; i = i + ${queries}) {
          keyTile[i] = qkv[startOf(first + start + i / ${size}, 1, head) + i % ${size}];
        }
        for (var i = thread; i < count * ${part}; i = i + ${queries}) {
          let column = min(chunk + i % ${part}, ${size - 1});
          valueTile[i] = qkv[startOf(first + start + i / ${part}, 2, head) + column];
        }
        workgroupBarrier();`;
  }

  private addKey(): string {
    const { size, part } = this;
    const { causal, masked } = this.shape;
    const products = this.isInRegisters
      ? repeat(size, (i) => `products = fma(query[${i}], keyTile[k * ${size} + ${i}], products);`)
      : `for (var i = 0; i < ${size}; i = i + 1) {
            products = fma(qkv[queryStart + i] * uniforms.scale, keyTile[k * ${size} + i], products);
          }`;
    return `${causal ? 'if (start + k > position) { break; }' : ''}
          ${masked ? 'if (keyMask[first + start + k] == 0) { continue; }' : ''}
          var products = vec4<f32>(0.0);
          ${products}
          let score = dot(products, vec4<f32>(1.0));
          if (score > largest) {
            let scale = exp(largest - score);
            total = total * scale;
            ${repeat(part, (i) => `sums[${i}] = sums[${i}] * scale;`)}
            largest = score;
          }
          let weight = exp(score - largest);
          total = total + weight;
          ${repeat(part, (i) => `sums[${i}] = fma(vec4<f32>(weight), valueTile[k * ${part} + ${i}], sums[${i}]);`)}`;
  }

  /** A query that may see nothing attends all keys equally, the later ones too: HF's mask adds the same number to all of its scores. */
  private meanOfAll(): string {
    const { size, part } = this;
    return `if (total == 0.0) {
        for (var k = 0; k < uniforms.sequence; k = k + 1) {
          let values = startOf(first + k, 2, head);
          ${repeat(part, (i) => `sums[${i}] = sums[${i}] + qkv[values + min(chunk + ${i}, ${size - 1})];`)}
        }
        total = f32(uniforms.sequence);
      }`;
  }

  /** A head, in vec4s. */
  private get size(): number {
    return this.shape.paddedSize / 4;
  }

  /** Of its values, what a workgroup sums. */
  private get part(): number {
    return this.schedule.valueColumns / 4;
  }

  private get chunks(): number {
    return Math.ceil(this.size / this.part);
  }

  private get isInRegisters(): boolean {
    return this.size === this.part;
  }
}

function chooseSchedule({ sequence, paddedSize }: AttentionShape, limits: GPUSupportedLimits): Schedule {
  const valueColumns = Math.min(paddedSize, LARGEST_IN_REGISTERS);
  const bytesOfKey = 4 * (paddedSize + valueColumns);
  const fitting = Math.floor(Math.min(limits.maxComputeWorkgroupStorageSize, 16_384) / bytesOfKey) - 1;
  return { queries: sequence <= 64 ? 32 : 64, keys: Math.max(1, Math.min(fitting, 32)), valueColumns };
}

function compute(
  backend: WebGPUBackend,
  inputs: Infos<AttentionInputs & Partial<MaskedAttentionInputs>>,
  { numHeads: heads, causal }: AttentionAttributes,
): tf.TensorInfo {
  const { x, keyMask } = inputs;
  const [batch, sequence, width] = x.shape;
  const headSize = width / heads;
  const headShape = { heads, headSize, paddedSize: 4 * Math.ceil(headSize / 4) };
  const shape = { ...headShape, batch, sequence, causal, masked: !!keyMask };
  const qkv = queryKeyValue(backend, inputs, headShape);
  const { limits } = backend.device;
  const program = new AttentionProgram(shape, chooseSchedule(shape, limits), limits);
  const output = program.run(backend, keyMask ? [qkv, keyMask] : [qkv], x.shape);
  backend.disposeData(qkv.dataId);
  return output;
}

export const attention = fusedKernel(CLIPKernel.Attention, compute);
export const maskedAttention = fusedKernel(CLIPKernel.MaskedAttention, compute);
