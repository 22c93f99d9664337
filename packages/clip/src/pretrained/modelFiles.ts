// SPDX-License-Identifier: Apache-2.0
/** The files of a pretrained model, wherever they are: a folder, a web address, a package. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { PeekedSource } from './peekedSource.js';

export interface ModelFiles {
  /** What the user asked for; error messages name it. */
  readonly name: string;
  /** The whole of a small file, or null if the model has no such file. */
  read(file: string): Promise<Uint8Array | null>;
  /** Random access to a large file, or null if the model has no such file. */
  open(file: string): Promise<ByteSource | null>;
  /** Where files come over a network: as `open`, but no more comes than is read, and nothing is kept. */
  peek?(file: string): Promise<PeekedSource | null>;
  /** Where files come over a network: fetches those that are there, several at once. An index stands for its shards. */
  preload?(files: readonly string[]): Promise<void>;
}

export interface PretrainedOptions {
  /** Branch, tag or commit of a hub repository. Default 'main'. */
  revision?: string;
  /** Folder within the model. */
  subfolder?: string;
  /** Where the hub's files are kept, in Python's layout. Default: `env.cacheDir`, or the folder that Python uses. */
  cacheDir?: string;
  /** Only what is in the cache; the hub is not asked. Default: `env.offline`, or the variable HF_HUB_OFFLINE. */
  localFilesOnly?: boolean;
  /** Fetches the files anew, though they are in the cache. */
  forceDownload?: boolean;
  /** Access token for gated repositories, sent to the hub only; false sends none. Default: as Python finds it. */
  token?: string | false;
  /** Replaces the global `fetch`. */
  fetch?: typeof fetch;
  /** Ends a download. What has come stays in the cache, and the next one goes on from there. */
  signal?: AbortSignal;
  /** Told of each file as it is fetched and read. */
  progressCallback?: (event: ProgressEvent) => void;
}

/** As in transformers.js. */
export interface ProgressEvent {
  /**
   * Each file has `initiate`, then `download` if it comes over the network, `progress` as bytes come, and `done`.
   * `progress_total` sums up all files that are known by then. `ready` comes once, when the model can be called.
   */
  status: 'initiate' | 'download' | 'progress' | 'progress_total' | 'done' | 'ready';
  name: string;
  /** Not with `progress_total` and `ready`. */
  file?: string;
  /** Bytes so far, and in all; with `progress`, `progress_total` and `done`. */
  loaded?: number;
  total?: number;
  /** Per cent; with `progress` and `progress_total`. */
  progress?: number;
  /** Each file's share; with `progress_total`. */
  files?: Record<string, { loaded: number; total: number }>;
}
