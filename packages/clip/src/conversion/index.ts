// SPDX-License-Identifier: Apache-2.0
export type { Inspection } from '@tfjs-clip/weights-converter';
export {
  type Conversion,
  type ConversionTarget,
  type ConvertOptions,
  convertModel,
  storedType,
} from './convertModel.js';
export { inspectModel, type ModelInspection } from './inspectModel.js';
