// SPDX-License-Identifier: Apache-2.0
/** What a run needs of a file system. Paths are strings that `join` makes. */
export interface RunFiles {
  join(folder: string, name: string): string;
  /** The names in a folder; null where there is no such folder. */
  list(folder: string): Promise<string[] | null>;
  /** With the folders above it; one that is there stays. */
  makeFolder(folder: string): Promise<void>;
  /** Also a folder with all that is in it; what is not there stays so. */
  remove(path: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  /** A file, or a folder with all that is in it. */
  copy(from: string, to: string): Promise<void>;
  /** null where there is no such file. */
  readText(file: string): Promise<string | null>;
  /** The content is there when it returns, even if the process is then killed. */
  append(file: string, content: string | Uint8Array): Promise<void>;
  /** Whole or not at all. */
  replace(file: string, content: string | Uint8Array): Promise<void>;
}
