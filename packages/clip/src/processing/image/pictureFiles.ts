// SPDX-License-Identifier: Apache-2.0
/** The bytes of a picture's file, from this machine or from the web. */
import { localFiles } from '#platform';
import { ImageError } from '../../errors.js';

/** Downloads stop here: no header can be trusted to tell the length. */
const LARGEST_DOWNLOAD = 2 ** 28;
const LONGEST_NAME = 200;

/** @throws ImageError that says why the file cannot be read */
export async function readPictureFile(
  file: string | URL,
  fetchFile: typeof fetch,
): Promise<{ bytes: Uint8Array; name: string }> {
  const text = String(file);
  const name = text.startsWith('data:')
    ? `${text.slice(0, 32)}…`
    : text.length > LONGEST_NAME
      ? `${text.slice(0, LONGEST_NAME)}…`
      : text;
  const isOnWeb = /^(https?|data|blob):/i.test(text);
  if (isOnWeb) return { bytes: await download(text, name, fetchFile), name };
  const kind = await localFiles.kindOf(file).catch((error) => fail(name, error));
  if (kind === 'file') {
    return { bytes: await localFiles.read(file).catch((error) => fail(name, error)), name };
  }
  const page = kind === null && pageAddress();
  if (page) return { bytes: await download(new URL(text, page).href, name, fetchFile), name };
  if (kind === null)
    throw new ImageError(`There is no file '${name}'; give a path, or an address of http(s):.`);
  throw new ImageError(
    kind === 'folder'
      ? `'${name}' is a folder; give the files in it one by one.`
      : `'${name}' is not a file but a device or a pipe; read it yourself and give its bytes.`,
  );
}

async function download(url: string, name: string, fetchFile: typeof fetch): Promise<Uint8Array> {
  const response = await fetchFile(url).catch((error) => fail(name, error));
  if (!response.ok) {
    await response.body?.cancel();
    const status = `${response.status} ${response.statusText}`.trim();
    throw new ImageError(`'${name}' cannot be read: the server answered ${status}. Check the address.`);
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { value } = (await reader?.read().catch((error) => fail(name, error))) ?? {};
    if (!value) break;
    chunks.push(value);
    length += value.length;
    if (length <= LARGEST_DOWNLOAD) continue;
    await reader?.cancel();
    throw new ImageError(
      `'${name}' is larger than ${LARGEST_DOWNLOAD} bytes, the most that is downloaded for a picture. ` +
        'Download it yourself and give its path or bytes.',
    );
  }
  return concatenate(chunks, length);
}

function concatenate(chunks: Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

function fail(name: string, error: unknown): never {
  const { message, cause } = error as { message: string; cause?: { message?: string; code?: string } };
  const reason = cause?.message || cause?.code; // what `fetch` knows of a connection that failed
  const why = reason ? `${message} (${reason})` : message;
  throw new ImageError(`'${name}' cannot be read: ${why}.`, { cause: error });
}

/** What relative addresses are relative to, in a page or its workers. */
function pageAddress(): string | undefined {
  const scope = globalThis as { document?: { baseURI?: string }; location?: { href?: string } };
  return scope.document?.baseURI ?? scope.location?.href;
}
