// SPDX-License-Identifier: Apache-2.0
/** The files of a pretrained model, wherever they are: a folder, a web address, a package. */
import type { ByteSource } from '@tfjs-clip/safetensors';

export interface ModelFiles {
  /** What the user asked for; error messages name it. */
  readonly name: string;
  /** The whole of a small file, or null if the model has no such file. */
  read(file: string): Promise<Uint8Array | null>;
  /** Random access to a large file, or null if the model has no such file. */
  open(file: string): Promise<ByteSource | null>;
}

export interface PretrainedOptions {
  /** Branch, tag or commit of a hub repository. Default 'main'. */
  revision?: string;
  /** Folder within the model. */
  subfolder?: string;
  /** Access token for gated repositories, sent to the hub only. Default: the environment variable HF_TOKEN. */
  token?: string;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
  /** Told of each file as it is read. */
  progressCallback?: (event: ProgressEvent) => void;
}

export interface ProgressEvent {
  /** `ready` comes once, when the model can be called, and names no file. */
  status: 'initiate' | 'progress' | 'done' | 'ready';
  name: string;
  file?: string;
  /** Bytes read so far, and in all; with `progress` and `done`. */
  loaded?: number;
  total?: number;
}
