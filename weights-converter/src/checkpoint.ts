// SPDX-License-Identifier: Apache-2.0
/** What every format and naming yields: tensors under Hugging Face's names in our layout, read when asked for. */
import type { ByteSource, DType } from '@tfjs-clip/safetensors';
import { CheckpointNotFoundError } from './errors.js';
import { safetensorsFormat } from './formats/safetensors.js';
import { fromHuggingFace } from './names/huggingFace.js';

/** A set of files: a folder, a repository, a web address. */
export interface CheckpointFiles {
  /** What error messages call it. */
  readonly name: string;
  /** The whole of a small file, or null if there is none of that name. */
  read(file: string): Promise<Uint8Array | null>;
  /** Random access to a large file, or null if there is none of that name. */
  open(file: string): Promise<ByteSource | null>;
}

export interface CheckpointTensor {
  /** Hugging Face's, with whatever prefix the checkpoint has; matchCheckpoint resolves prefixes. */
  name: string;
  /** As stored. */
  dtype: DType;
  /** In our layout: linear kernels [in, out], the patch convolution [patch, patch, channels, hidden]. */
  shape: number[];
  /** The values as float32 in our layout. */
  read(): Promise<Float32Array>;
}

export interface Checkpoint {
  readonly name: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** Closes its files; tensors that were not read can no longer be. */
  close(): Promise<void>;
}

/** One file a format in formats/: the tensors as the file names, shapes and lays them out. */
export interface CheckpointFormat {
  /** The files that the format begins with, in the order in which they are tried. */
  readonly files: readonly string[];
  /** null if `files` has none of them. */
  open(files: CheckpointFiles): Promise<RawCheckpoint | null>;
}

export interface RawCheckpoint {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly RawTensor[];
  close(): Promise<void>;
}

export interface RawTensor {
  name: string;
  dtype: DType;
  shape: number[];
  /** The values as float32, in the file's layout. */
  read(): Promise<Float32Array>;
}

const FORMATS: readonly CheckpointFormat[] = [safetensorsFormat];

/**
 * Reads the names, types and shapes; each tensor's data only when it is asked for.
 * @throws CheckpointNotFoundError if no known file is there; SafetensorsError if one is broken.
 */
export async function openCheckpoint(files: CheckpointFiles): Promise<Checkpoint> {
  for (const format of FORMATS) {
    const raw = await format.open(files);
    if (raw) return fromHuggingFace(files.name, raw);
  }
  throw new CheckpointNotFoundError(
    files.name,
    FORMATS.flatMap((format) => format.files),
  );
}
