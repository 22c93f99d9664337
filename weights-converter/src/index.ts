// SPDX-License-Identifier: Apache-2.0
/** CLIP checkpoints in and out. */
export {
  type Checkpoint,
  type CheckpointFiles,
  type CheckpointTensor,
  openCheckpoint,
} from './checkpoint.js';
export {
  type AmbiguousTensor,
  CheckpointMismatchError,
  CheckpointNotFoundError,
  type Mismatch,
  type MisshapenTensor,
  UnwritableTensorError,
  WeightsConverterError,
} from './errors.js';
export { fromOurLayout, fromOurShape, type LaidOut, toOurLayout, toOurShape } from './layout.js';
export { type ExpectedTensor, matchCheckpoint } from './matchCheckpoint.js';
export {
  HUGGING_FACE_METADATA,
  type HuggingFaceOptions,
  type NamedTensor,
  toHuggingFaceTensors,
} from './names/huggingFace.js';
export type { Tower } from './prefixes.js';
