// SPDX-License-Identifier: Apache-2.0
/** What the host calls. Pointers are its own; nothing is allocated here. */
export { attend, attentionScratch } from './attention';
export { addRows, addRowsOfTables, cutPatches } from './embeddings';
export { divideByNorm, layerNorm } from './normalize';
export { packPanels, packTransposed, panelBytes } from './panels';
export { product, sumFourRows, sumTwoRows, useTile } from './product';
export { transpose } from './transpose';
