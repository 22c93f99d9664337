// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type SimilarityInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';

/** texts · imagesᵀ · exp(logitScale), the factor multiplied into the panels of the images. */
export const similarity = wasmKernel<SimilarityInputs>(
  CLIPKernel.Similarity,
  (host, { texts, images, logitScale }) => {
    const [[rows, depth], [columns]] = [texts.shape, images.shape];
    const scale = Math.exp(host.numberIn(logitScale));
    return host.withScratch(host.functions.panelBytes(depth, columns), (panels) => {
      host.functions.packTransposed(columns, depth, host.pointerTo(images), depth, scale, panels);
      const { info, pointer } = host.output([rows, columns]);
      host.multiply({ rows, depth, columns, left: host.pointerTo(texts), panels, out: pointer });
      return info;
    });
  },
);
