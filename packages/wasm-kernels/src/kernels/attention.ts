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

/** Queries, keys and values of all tokens side by side, [batch · sequence, 3 · width]; then each head by itself. */
function compute(host: Host, inputs: Inputs, { numHeads, causal }: AttentionAttributes): tf.TensorInfo {
  const [batch, sequence, width] = inputs.x.shape;
  const headSize = width / numHeads;
  const rowBytes = 4 * width;
  const bytesOfParts = 3 * rowBytes * batch * sequence;
  const mask = host.pointerTo(inputs.keyMask);
  const { info, pointer } = host.output(inputs.x.shape);
  const bytes = bytesOfParts + host.functions.attentionScratch(sequence, headSize);
  host.withScratch(bytes, (parts) => {
    project(host, inputs, parts);
    for (let item = 0; item < batch; item++) {
      for (let head = 0; head < numHeads; head++) {
        const queries = parts + 3 * rowBytes * item * sequence + 4 * headSize * head;
        host.functions.attend(
          sequence,
          headSize,
          queries,
          queries + rowBytes,
          queries + 2 * rowBytes,
          3 * width,
          Number(causal),
          mask && mask + item * sequence,
          pointer + rowBytes * item * sequence + 4 * headSize * head,
          width,
          parts + bytesOfParts,
        );
      }
    }
  });
  return info;
}

function project(host: Host, inputs: Inputs, parts: number): void {
  const { x, queryKernel, queryBias, keyKernel, keyBias, valueKernel, valueBias } = inputs;
  const [batch, sequence, width] = x.shape;
  const layers = [
    [queryKernel, queryBias],
    [keyKernel, keyBias],
    [valueKernel, valueBias],
  ];
  for (const [part, [kernel, bias]] of layers.entries()) {
    host.multiply({
      rows: batch * sequence,
      depth: width,
      columns: width,
      left: host.pointerTo(x),
      panels: host.panelsOf(kernel),
      bias: host.pointerTo(bias),
      out: parts + 4 * width * part,
      outStride: 3 * width,
    });
  }
}

export const attention = wasmKernel<AttentionInputs, AttentionAttributes>(CLIPKernel.Attention, compute);
export const maskedAttention = wasmKernel<MaskedAttentionInputs, AttentionAttributes>(
  CLIPKernel.MaskedAttention,
  compute,
);
