// SPDX-License-Identifier: Apache-2.0
import { CLIPConfig } from '../../packages/clip/src/configuration/index.js';

const sizes = {
  hiddenSize: 8,
  intermediateSize: 12,
  numHiddenLayers: 2,
  numAttentionHeads: 2,
  projectionDim: 6,
};

/** The smallest CLIP with everything in it: 20 tokens, 7 positions, pictures of 8 × 8 pixels in 4 patches. */
export function tinyConfig(): CLIPConfig {
  return new CLIPConfig({
    projectionDim: 6,
    textConfig: { ...sizes, vocabSize: 20, maxPositionEmbeddings: 7, eosTokenId: 19 },
    visionConfig: { ...sizes, imageSize: 8, patchSize: 4 },
    numLabels: 3,
  });
}
