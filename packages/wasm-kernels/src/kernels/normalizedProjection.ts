// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type NormalizedProjectionInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';

/** x · kernel, each row then divided by its L2 norm. */
export const normalizedProjection = wasmKernel<NormalizedProjectionInputs>(
  CLIPKernel.NormalizedProjection,
  (host, { x, kernel }) => {
    const [rows, depth] = x.shape;
    const columns = kernel.shape[1];
    const panels = host.panelsOf(kernel);
    const { info, pointer } = host.output([rows, columns]);
    host.multiply({ rows, depth, columns, left: host.pointerTo(x), panels, out: pointer });
    host.functions.divideByNorm(rows, columns, pointer);
    return info;
  },
);
