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
import { isProcessor } from '../tile.js';
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
  /** Keys and values in workgroup memory at a time; 0 where they are read in place. */
  keys: number;
  /** Columns of the values that a workgroup sums: all of a head, but for large ones, whose sums would not fit in registers. */
  valueColumns: number;
}

const LARGEST_IN_REGISTERS = 128;

/**
 * softmax(q kᵀ / √headSize) v with the softmax online (Milakov & Gimelshein 2018; FlashAttention): one pass over the
 * keys keeps the largest score so far, and scales the sums anew when it grows. The scores are never written.
 *
 * A thread has one query of one head, in registers; keys and values pass through workgroup memory. A processor, which runs
 * a workgroup as a loop and has caches of its own, reads them in place instead, and meets no barrier.
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
    ${keys > 0 ? this.tiles() : ''}
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
      ${keys > 0 ? this.addKeysByTiles() : this.addKeysInPlace()}
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

  private tiles(): string {
    const { keys } = this.schedule;
    return `var<workgroup> keyTile : array<vec4<f32>, ${keys * this.size}>;
    var<workgroup> valueTile : array<vec4<f32>, ${keys * this.part}>;
    var<workgroup> endOfKeys : i32;`;
  }

  private addKeysByTiles(): string {
    const { size, part } = this;
    const { keys, queries } = this.schedule;
    const key = { at: 'start + k', key: `keyTile[k * ${size} + i]`, value: `valueTile[k * ${part} + i]` };
    return `if (thread == 0) { endOfKeys = ${this.endOfKeys()}; }
      let end = workgroupUniformLoad(&endOfKeys); // The loop must be seen to be the same for all threads.
      for (var start = 0; start < end; start = start + ${keys}) {
        let count = min(${keys}, end - start);
        workgroupBarrier(); // The keys before may still be in use.
        for (var i = thread; i < count * ${size}; i = i + ${queries}) {
          keyTile[i] = qkv[startOf(first + start + i / ${size}, 1, head) + i % ${size}];
        }
        for (var i = thread; i < count * ${part}; i = i + ${queries}) {
          let column = min(chunk + i % ${part}, ${size - 1});
          valueTile[i] = qkv[startOf(first + start + i / ${part}, 2, head) + column];
        }
        workgroupBarrier();
        for (var k = 0; k < count; k = k + 1) {
          ${this.addKey(key)}
        }
      }`;
  }

  private addKeysInPlace(): string {
    const value = `qkv[values + min(chunk + i, ${this.size - 1})]`;
    return `for (var k = 0; k < ${this.endOfKeys()}; k = k + 1) {
        let keys = startOf(first + k, 1, head);
        let values = startOf(first + k, 2, head);
        ${this.addKey({ at: 'k', key: 'qkv[keys + i]', value })}
      }`;
  }

  /** No key after the workgroup's last query is read when attention is causal. */
  private endOfKeys(): string {
    if (!this.shape.causal) return 'uniforms.sequence';
    return `min(uniforms.sequence, (tile + 1) * ${this.schedule.queries})`;
  }

  /** Where the key is among all, and what stands at `i` in it and in its values. */
  private addKey(wgsl: { at: string; key: string; value: string }): string {
    const { causal, masked } = this.shape;
    const add = (query: string, i: string | number) =>
      `products = fma(${query}, ${at(wgsl.key, i)}, products);`;
    const products = this.isInRegisters
      ? repeat(this.size, (i) => add(`query[${i}]`, i))
      : `for (var i = 0; i < ${this.size}; i = i + 1) { ${add('qkv[queryStart + i] * uniforms.scale', 'i')} }`;
    return `${causal ? `if (${wgsl.at} > position) { break; }` : ''}
          ${masked ? `if (keyMask[first + ${wgsl.at}] == 0) { continue; }` : ''}
          var products = vec4<f32>(0.0);
          ${products}
          let score = dot(products, vec4<f32>(1.0));
          if (score > largest) {
            let scale = exp(largest - score);
            total = total * scale;
            ${repeat(this.part, (i) => `sums[${i}] = sums[${i}] * scale;`)}
            largest = score;
          }
          let weight = exp(score - largest);
          total = total + weight;
          ${repeat(this.part, (i) => `sums[${i}] = fma(vec4<f32>(weight), ${at(wgsl.value, i)}, sums[${i}]);`)}`;
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

/** WGSL in which `i` stands for an index. */
function at(wgsl: string, i: string | number): string {
  return wgsl.replace(/\bi\b/g, String(i));
}

function chooseSchedule({ sequence, paddedSize }: AttentionShape, device: GPUDevice): Schedule {
  const valueColumns = Math.min(paddedSize, LARGEST_IN_REGISTERS);
  if (isProcessor(device)) return { queries: 16, keys: 0, valueColumns };
  const { limits } = device;
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
  const program = new AttentionProgram(shape, chooseSchedule(shape, backend.device), limits);
  const output = program.run(backend, keyMask ? [qkv, keyMask] : [qkv], x.shape);
  backend.disposeData(qkv.dataId);
  return output;
}

export const attention = fusedKernel(CLIPKernel.Attention, compute);
export const maskedAttention = fusedKernel(CLIPKernel.MaskedAttention, compute);
