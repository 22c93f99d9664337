// SPDX-License-Identifier: Apache-2.0
/** ModelFiles of each kind of place but the hub. */
import { openSource, SafetensorsError } from '@tfjs-clip/safetensors';
import { localFiles } from '#platform';
import { ModelNotFoundError } from '../errors.js';
import { countingFetch } from './countingFetch.js';
import type { ModelFiles, PretrainedOptions } from './modelFiles.js';
import { PagedSource } from './pagedSource.js';
import { peekedSource } from './peekedSource.js';

/** Far above any tokenizer.json; a file that is read whole and is larger is not what it says. */
const LARGEST_SMALL_FILE = 64 * 2 ** 20;
const PATH = /^(.*[\\/])?([^\\/]+)$/;
/** An index is followed to its shards under its own name only. */
const INDEX = /\.index\.json$/;

export function folderFiles(folder: string, subfolder: string): ModelFiles {
  const at = (file: string) => localFiles.join(folder, subfolder ? `${subfolder}/${file}` : file);
  return {
    name: folder,
    async read(file) {
      if ((await localFiles.kindOf(at(file))) !== 'file') return null;
      checkSmall(await localFiles.sizeOf(at(file)), at(file));
      return localFiles.read(at(file));
    },
    async open(file) {
      return (await localFiles.kindOf(at(file))) === 'file' ? openSource(at(file)) : null;
    },
  };
}

/**
 * A file of weights beside the other files of its folder, of whose weights there are no others. Formats are told by
 * content, so it stands under the usual name of any.
 */
export function singleFile(path: string): ModelFiles {
  const [, folder = './', file] = PATH.exec(path)!;
  const files = folderFiles(folder, '');
  const usual = file.endsWith('.safetensors') ? 'model.safetensors' : 'pytorch_model.bin';
  return {
    name: path,
    read: async (name) => (INDEX.test(name) && name !== file ? null : files.read(name)),
    async open(name) {
      if (INDEX.test(file)) return files.open(name);
      return name === usual ? files.open(file) : null;
    },
  };
}

/** @param address of the folder, with or without a slash at its end; a query is sent with every file */
export function webFiles(address: string, subfolder: string, options: PretrainedOptions): ModelFiles {
  const base = new URL(address);
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  const at = (file: string) => {
    const url = new URL(subfolder ? `${subfolder}/${file}` : file, base);
    url.search = base.search;
    return url.href;
  };
  return remoteFiles(address, at, options.fetch);
}

/** The model that is installed along with this package. */
export async function emojiClipFiles(): Promise<ModelFiles> {
  const { files } = await import('@tfjs-clip/emoji-clip');
  const name = 'emoji-clip';
  const urls = new Map<string, URL>(Object.entries(files));
  return {
    name,
    async read(file) {
      const url = urls.get(file);
      if (!url) return null;
      return url.protocol === 'file:' ? localFiles.read(url) : download(url.href, name, fetch);
    },
    async open(file) {
      const url = urls.get(file);
      return url ? openSource(url, { name: `${name}/${file}` }) : null;
    },
  };
}

function remoteFiles(
  name: string,
  at: (file: string) => string,
  fetchFile: typeof fetch = fetch,
): ModelFiles {
  const open = async (file: string, fetchPart: typeof fetch) => {
    try {
      return await openSource(at(file), { fetch: fetchPart });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw unreachable(name, error);
    }
  };
  return {
    name,
    read: (file) => download(at(file), name, fetchFile),
    open: (file) => open(file, fetchFile),
    async peek(file) {
      const traffic = { bytes: 0, whole: false };
      const source = await open(file, countingFetch(fetchFile, traffic));
      return source && peekedSource(new PagedSource(source), () => traffic.bytes, traffic.whole);
    },
  };
}

async function download(url: string, name: string, fetchFile: typeof fetch): Promise<Uint8Array | null> {
  let source: Awaited<ReturnType<typeof openSource>> | null = null;
  try {
    source = await openSource(url, { fetch: fetchFile });
    checkSmall(source.size, url);
    return await source.read(0, source.size);
  } catch (error) {
    if (isNotFound(error)) return null;
    throw unreachable(name, error);
  } finally {
    await source?.close();
  }
}

function checkSmall(size: number, file: string): void {
  if (size <= LARGEST_SMALL_FILE) return;
  throw new ModelNotFoundError(
    `${file} has ${size} bytes; a file of this kind has at most ${LARGEST_SMALL_FILE}. It is not what its name says.`,
  );
}

function isNotFound(error: unknown): boolean {
  return error instanceof SafetensorsError && error.code === 'FILE_NOT_FOUND';
}

function unreachable(name: string, error: unknown): unknown {
  if (!(error instanceof SafetensorsError)) return error;
  return new ModelNotFoundError(`The model '${name}' cannot be read. ${error.message}`, { cause: error });
}
