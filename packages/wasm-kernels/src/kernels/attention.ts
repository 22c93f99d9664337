// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import {
  type AttentionAttributes,
  type AttentionInputs,
  CLIPKernel,
  type MaskedAttentionInputs,
} from 'tfjs-clip/ops';
import type { Host } from '../host.js';
import { type Infos, wasmKernel } from '../kernel.js';

type Inputs = Infos<AttentionInputs & Partial<MaskedAttentionInputs>>;

/** What every head reads, and where it writes: pointers to the first head of the first item. */
interface Heads {
  /** Queries, keys and values of all tokens side by side, [batch · sequence, 3 · width]. */
  parts: number;
  keyMask: number;
  out: number;
}

function compute(host: Host, inputs: Inputs, attributes: AttentionAttributes): tf.TensorInfo {
  const { shape } = inputs.x;
  const [batch, sequence, width] = shape;
  const bytes = 3 * 4 * width * batch * sequence;
  return host.withScratch(bytes, (parts) => {
    project(host, inputs, parts);
    const { info, pointer } = host.output(shape);
    const keyMask = host.pointerTo(inputs.keyMask);
    attendAll(host, { parts, keyMask, out: pointer }, shape, attributes);
    return info;
  });
}

function project(host: Host, inputs: Inputs, parts: number): void {
  const { x, queryKernel, queryBias, keyKernel, keyBias, valueKernel, valueBias } = inputs;
  const [batch, sequence, width] = x.shape;
  const layers = [
    [queryKernel, queryBias],
    [keyKernel, keyBias],
    [valueKernel, valueBias],
  ];
  const products = layers.map(([kernel, bias], part) => ({
    rows: batch * sequence,
    depth: width,
    columns: width,
    left: host.pointerTo(x),
    panels: host.panelsOf(kernel),
    bias: host.pointerTo(bias),
    out: parts + 4 * width * part,
    outStride: 3 * width,
  }));
  host.multiply(...products);
}

function attendAll(
  host: Host,
  { parts, keyMask, out }: Heads,
  [batch, sequence, width]: number[],
  { numHeads, causal }: AttentionAttributes,
): void {
  const headSize = width / numHeads;
  const tasks: number[][] = [];
  for (let item = 0; item < batch; item++) {
    const mask = keyMask && keyMask + item * sequence;
    for (let head = 0; head < numHeads; head++) {
      const queries = parts + 4 * (3 * width * sequence * item + headSize * head);
      const place = out + 4 * (width * sequence * item + headSize * head);
      const [keys, values] = [queries + 4 * width, queries + 8 * width];
      tasks.push([
        ...[sequence, headSize, queries, keys, values, 3 * width],
        ...[Number(causal), mask, place, width],
      ]);
    }
  }
  const scratchBytes = host.functions.attentionScratch(sequence, headSize);
  host.run(2 * batch * width * sequence * sequence, { name: 'attend', tasks, scratchBytes });
}

export const attention = wasmKernel<AttentionInputs, AttentionAttributes>(CLIPKernel.Attention, compute);
export const maskedAttention = wasmKernel<MaskedAttentionInputs, AttentionAttributes>(
  CLIPKernel.MaskedAttention,
  compute,
);
