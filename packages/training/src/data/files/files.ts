// SPDX-License-Identifier: Apache-2.0
/** What a platform offers of a dataset's files. A place is a path in Node, and an address in browsers. */
export interface DataFiles {
  kindOf(place: string): Promise<'file' | 'folder' | null>;
  /** All files under a folder, sorted, as paths relative to it with slashes. */
  list(folder: string): Promise<string[]>;
  read(place: string): Promise<Uint8Array>;
  /** The file in pieces, as they come. */
  stream(place: string): AsyncIterable<Uint8Array>;
  /**
   * A file that a dataset names. Datasets come from strangers: what lies outside `root` is not read, whether it is named by
   * `..`, by an absolute path or through a link.
   *
   * @throws InvalidArgumentError
   */
  readWithin(root: string, name: string): Promise<Uint8Array>;
  folderOf(place: string): string;
  join(folder: string, name: string): string;
}

/** The last part of a place. */
export function nameOf(place: string): string {
  return place.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');
}

export const PICTURE = /\.(jpe?g|png|webp|gif|bmp|tiff?|avif)$/i;
