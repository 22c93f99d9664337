// SPDX-License-Identifier: Apache-2.0
/** What every format and naming yields: tensors under Hugging Face's names in our layout, read when asked for. */
import type { ByteSource, DType } from '@tfjs-clip/safetensors';
import type { SchemeName } from './names/scheme.js';

/** A set of files: a folder, a repository, a web address. */
export interface CheckpointFiles {
  /** What error messages call it. */
  readonly name: string;
  /** The whole of a small file, or null if there is none of that name. */
  read(file: string): Promise<Uint8Array | null>;
  /** Random access to a large file, or null if there is none of that name. */
  open(file: string): Promise<ByteSource | null>;
}

/** A safetensors type, or two integers of 4 bits a byte. */
export type StoredType = DType | 'I4';

/** Where numbers are to go: an array, or, for memory that may move while a file is read, what gives the array anew. */
export type Destination = Float32Array | (() => Float32Array);

export interface CheckpointTensor {
  /** Hugging Face's, with whatever prefix the checkpoint has; matchCheckpoint resolves prefixes. */
  name: string;
  /** As stored. */
  dtype: StoredType;
  /** In our layout: linear kernels [in, out], the patch convolution [patch, patch, channels, hidden]. */
  shape: number[];
  /** In the file. */
  byteLength: number;
  /** The values as float32 in our layout: in `destination`, which they must fill exactly, or in a new array. */
  read(destination?: Destination): Promise<Float32Array>;
}

export interface Checkpoint {
  readonly name: string;
  readonly format: FormatName;
  /** Whose names the file has. */
  readonly scheme: SchemeName;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, CheckpointTensor>;
  /** Closes its files; tensors that were not read can no longer be. */
  close(): Promise<void>;
}

export type FormatName = 'safetensors' | 'pytorch' | 'hdf5' | 'msgpack';

/** One file a format in formats/: the tensors as the file names, shapes and lays them out. */
export interface CheckpointFormat {
  readonly name: FormatName;
  /** The files that the format begins with, in the order in which they are tried. */
  readonly files: readonly string[];
  /** How an index of several files ends; null where the format has none. */
  readonly index: RegExp | null;
  /** Whether a file that begins with these 9 bytes (fewer in a shorter file) and is named so is of this format. */
  recognizes(start: Uint8Array, file: string): boolean;
  /** One file, which it takes over: closed by the checkpoint's close, and by a failure. */
  open(source: ByteSource): Promise<RawCheckpoint>;
}

export interface RawCheckpoint {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly RawTensor[];
  close(): Promise<void>;
}

export interface RawTensor {
  name: string;
  dtype: StoredType;
  shape: number[];
  byteLength: number;
  /** Fills `target` with the values from the `begin`-th on as float32, in the file's layout and row-major order. */
  read(target: Float32Array, begin: number): Promise<void>;
  /** Reading a part of it costs as much as reading all. */
  isOnePiece?: boolean;
}
