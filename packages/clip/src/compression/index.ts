// SPDX-License-Identifier: Apache-2.0
export type { Cosines } from './compareEmbeddings.js';
export {
  type CompressionCost,
  type CompressionOptions,
  type CompressionReport,
  measureCompression,
  type WeightStorage,
} from './measureCompression.js';
