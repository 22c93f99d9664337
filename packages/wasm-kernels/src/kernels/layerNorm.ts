// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type LayerNormAttributes, type LayerNormInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';
import { sizeOf } from '../sizeOf.js';

/** (x − mean) / √(variance + epsilon) · gamma + beta, row by row. */
export const layerNorm = wasmKernel<LayerNormInputs, LayerNormAttributes>(
  CLIPKernel.LayerNorm,
  (host, { x, gamma, beta }, { epsilon }) => {
    const width = sizeOf(gamma.shape);
    const rows = sizeOf(x.shape) / width;
    const { info, pointer } = host.output(x.shape);
    const [values, scale, shift] = [x, gamma, beta].map((input) => host.pointerTo(input));
    host.functions.layerNorm(rows, width, values, scale, shift, epsilon, pointer);
    return info;
  },
);
