// SPDX-License-Identifier: Apache-2.0
/** CLIP checkpoints in and out. */

// In.
export { type CanonicalTensors, canonicalTensors } from './canonicalTensors.js';
export type {
  Checkpoint,
  CheckpointFiles,
  CheckpointTensor,
  Destination,
  FormatName,
  StoredType,
} from './checkpoint.js';
export { expectedTensors } from './configs/expectedTensors.js';
export { type ModelConfig, readConfig, readPreprocessor } from './configs/modelConfig.js';
export { toOpenClipConfig } from './configs/openClipConfig.js';
export {
  type AmbiguousTensor,
  BrokenCheckpointError,
  CheckpointMismatchError,
  CheckpointNotFoundError,
  type Mismatch,
  type MisshapenTensor,
  UnsafeCheckpointError,
  UnsupportedCheckpointError,
  UnwritableTensorError,
  WeightsConverterError,
} from './errors.js';
export {
  type Amount,
  type Inspection,
  inspectCheckpoint,
  type ModelClass,
  type Part,
} from './inspectCheckpoint.js';
export { fromOurLayout, fromOurShape, type LaidOut, toOurLayout, toOurShape } from './layout.js';
export { type ExpectedTensor, matchCheckpoint } from './matchCheckpoint.js';
// Out.
export {
  HUGGING_FACE_METADATA,
  type HuggingFaceOptions,
  type NamedTensor,
  toHuggingFaceTensors,
} from './names/huggingFace.js';
export type { SchemeName } from './names/scheme.js';
export { type OpenClipOptions, toOpenClipTensors } from './names/write.js';
export { type OpenCheckpointOptions, openCheckpoint } from './openCheckpoint.js';
export type { Tower } from './prefixes.js';
export {
  dequantize,
  type Quantization,
  type Quantized,
  type QuantizedType,
  quantize,
} from './quantization.js';
export { type CheckpointFolder, type SaveOptions, saveCheckpoint } from './saveCheckpoint.js';
export { bytesOf, planShards, type Shard, type ShardPlan } from './shards.js';
