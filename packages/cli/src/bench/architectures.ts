// SPDX-License-Identifier: Apache-2.0
/** The sizes of well-known CLIPs, to measure them without their weights. */

const wide = {
  projectionDim: 768,
  textConfig: { hiddenSize: 768, intermediateSize: 3072, numAttentionHeads: 12 },
};
const large = {
  hiddenSize: 1024,
  intermediateSize: 4096,
  numHiddenLayers: 24,
  numAttentionHeads: 16,
  patchSize: 14,
};

/** What each differs in from the defaults of CLIPConfig, which are ViT-B/32's. */
export const architectures = {
  'vit-b-32': {},
  'vit-b-16': { visionConfig: { patchSize: 16 } },
  'vit-l-14': { ...wide, visionConfig: large },
  'vit-l-14-336': { ...wide, visionConfig: { ...large, imageSize: 336 } },
} as const;

export type Architecture = keyof typeof architectures;
