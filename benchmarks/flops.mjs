// SPDX-License-Identifier: Apache-2.0
/** Floating-point operations of one forward pass: two for each multiplication and addition of its matrix products. */

/** @param {{hiddenSize: number, intermediateSize: number, numHiddenLayers: number}} config */
function encoderFlops({ hiddenSize, intermediateSize, numHiddenLayers }, sequence) {
  const projections = 4 * sequence * hiddenSize * hiddenSize;
  const mlp = 2 * sequence * hiddenSize * intermediateSize;
  const attention = 2 * sequence * sequence * hiddenSize;
  return 2 * numHiddenLayers * (projections + mlp + attention);
}

/** Of one picture, from pixels to the projected embedding. */
export function visionFlops(config) {
  const { hiddenSize, projectionDim, numChannels, patchSize, gridSize } = config;
  const patches = gridSize ** 2;
  const embedding = 2 * patches * numChannels * patchSize ** 2 * hiddenSize;
  return embedding + encoderFlops(config, patches + 1) + 2 * hiddenSize * projectionDim;
}

/** Of one text, from ids to the projected embedding. */
export function textFlops(config, sequence) {
  return encoderFlops(config, sequence) + 2 * config.hiddenSize * config.projectionDim;
}
