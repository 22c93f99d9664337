// SPDX-License-Identifier: Apache-2.0
/** What a platform offers of local files; a path is a string, or a file: URL. */
export interface LocalFiles {
  /** null where there is nothing, and always where there are no local files. */
  kindOf(path: string | URL): Promise<'file' | 'folder' | 'other' | null>;
  sizeOf(path: string | URL): Promise<number>;
  read(path: string | URL): Promise<Uint8Array>;
  join(folder: string | URL, file: string): string;
  /** Writes beside `path` first and then renames: the old file stays until the new one is whole. Makes the folder. */
  replace(path: string, content: string | Uint8Array): Promise<void>;
  /** The names in a folder; none where there is no such folder. */
  list(folder: string): Promise<string[]>;
  /** With the folders above it; one that is there stays. */
  makeFolder(path: string): Promise<void>;
  removeFile(path: string): Promise<void>;
  /** An environment variable that is set and not empty. */
  environment(name: string): string | undefined;
}
