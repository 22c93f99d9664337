// SPDX-License-Identifier: Apache-2.0
import { CLIPKernel, type PatchEmbeddingInputs } from 'tfjs-clip/ops';
import { wasmKernel } from '../kernel.js';

/** Patches that are cut out at a time, which is what the scratch has room for. */
const PATCHES = 64;

/** Each picture's patches as rows, times the kernel, with positions as what is added last; the class token before them. */
export const patchEmbedding = wasmKernel<PatchEmbeddingInputs>(
  CLIPKernel.PatchEmbedding,
  (host, { pixelValues, kernel, classEmbedding, positionEmbedding }) => {
    const [patchSize, , channels, hiddenSize] = kernel.shape;
    const [batch, , height, width] = pixelValues.shape;
    const patches = Math.floor(height / patchSize) * Math.floor(width / patchSize);
    const depth = patchSize * patchSize * channels;
    const rowBytes = 4 * hiddenSize;
    const panels = host.panelsOf(kernel);
    const [pixels, classToken, positions] = [pixelValues, classEmbedding, positionEmbedding].map((input) =>
      host.pointerTo(input),
    );
    return host.withScratch(4 * depth * Math.min(PATCHES, patches), (scratch) => {
      const { info, pointer } = host.output([batch, patches + 1, hiddenSize]);
      for (let item = 0; item < batch; item++) {
        const picture = pixels + 4 * channels * height * width * item;
        const tokens = pointer + rowBytes * (patches + 1) * item;
        host.functions.addRows(hiddenSize, classToken, positions, tokens);
        for (let first = 0; first < patches; first += PATCHES) {
          const rows = Math.min(PATCHES, patches - first);
          host.functions.cutPatches(first, rows, picture, channels, height, width, patchSize, scratch);
          host.multiply({
            rows,
            depth,
            columns: hiddenSize,
            left: scratch,
            panels,
            residual: positions + rowBytes * (first + 1),
            out: tokens + rowBytes * (first + 1),
          });
        }
      }
      return info;
    });
  },
);
