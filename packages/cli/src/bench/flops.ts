// SPDX-License-Identifier: Apache-2.0
/** Floating-point operations of one forward pass: two for each multiplication and addition of its matrix products. */
import type { CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from 'tfjs-clip';

/** Of one picture, from pixels to the projected embedding. */
export function visionFlops({ visionConfig, projectionDim }: CLIPConfig): number {
  const { hiddenSize, numChannels, patchSize, gridSize } = visionConfig;
  const patches = gridSize ** 2;
  const embedding = 2 * patches * numChannels * patchSize ** 2 * hiddenSize;
  return embedding + encoderFlops(visionConfig, patches + 1) + 2 * hiddenSize * projectionDim;
}

/** Of one text of so many tokens, from ids to the projected embedding. */
export function textFlops({ textConfig, projectionDim }: CLIPConfig, sequence: number): number {
  return encoderFlops(textConfig, sequence) + 2 * textConfig.hiddenSize * projectionDim;
}

function encoderFlops(config: CLIPTextConfig | CLIPVisionConfig, sequence: number): number {
  const { hiddenSize, intermediateSize, numHiddenLayers } = config;
  const projections = 4 * sequence * hiddenSize * hiddenSize;
  const mlp = 2 * sequence * hiddenSize * intermediateSize;
  const attention = 2 * sequence * sequence * hiddenSize;
  return 2 * numHiddenLayers * (projections + mlp + attention);
}
