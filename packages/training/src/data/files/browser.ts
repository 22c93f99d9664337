// SPDX-License-Identifier: Apache-2.0
/** A dataset's files in a browser: addresses, relative to the page. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { DataFiles } from './files.js';

export const dataFiles: DataFiles = {
  kindOf: async (place) => (place.endsWith('/') ? 'folder' : 'file'),

  async list(folder) {
    throw new InvalidArgumentError(
      `${folder}: a browser cannot list a folder; name a file of records, or shards, or use datasetOf.`,
    );
  },

  async read(place) {
    return new Uint8Array(await (await open(place)).arrayBuffer());
  },

  async *stream(place) {
    const reader = (await open(place)).body!.getReader();
    try {
      for (let piece = await reader.read(); piece.value; piece = await reader.read()) yield piece.value;
    } finally {
      await reader.cancel();
    }
  },

  async readWithin(root, name) {
    const folder = new URL('./', addressOf(root.endsWith('/') ? root : `${root}/`));
    const file = new URL(name, folder);
    if (!file.href.startsWith(folder.href)) {
      throw new InvalidArgumentError(
        `'${name}' lies outside ${root}, and only files under imageRoot are read`,
      );
    }
    return dataFiles.read(file.href);
  },

  folderOf: (place) => new URL('./', addressOf(place)).href,
  join: (folder, name) => `${folder.replace(/\/$/, '')}/${name}`,
};

async function open(place: string): Promise<Response> {
  const response = await fetch(place);
  if (response.ok) return response;
  await response.body?.cancel();
  throw new InvalidArgumentError(`'${place}' cannot be read: the server answered ${response.status}.`);
}

function addressOf(place: string): URL {
  return new URL(place, globalThis.location?.href);
}
