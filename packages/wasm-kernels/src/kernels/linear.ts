// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type LinearAttributes, type LinearInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';
import { sizeOf } from '../sizeOf.js';
import { numberOf } from './activation.js';

/** activation(x · kernel + bias) + residual: a product, with the rest done while its sums are at hand. */
export const linear = wasmKernel<LinearInputs, LinearAttributes>(
  CLIPKernel.Linear,
  (host, { x, kernel, bias, residual }, attributes) => {
    const [inSize, outSize] = kernel.shape;
    const activation = numberOf(attributes.activation);
    const panels = host.panelsOf(kernel);
    const { info, pointer } = host.output([...x.shape.slice(0, -1), outSize]);
    host.multiply({
      rows: sizeOf(x.shape) / inSize,
      depth: inSize,
      columns: outSize,
      left: host.pointerTo(x),
      panels,
      bias: host.pointerTo(bias),
      activation,
      residual: host.pointerTo(residual),
      out: pointer,
    });
    return info;
  },
);
