// SPDX-License-Identifier: Apache-2.0
/** Where huggingface_hub keeps its cache and its token, by the environment variables that it reads. */
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { localFiles } from '#platform';

const { environment } = localFiles;

export function defaultCacheDir(): string {
  return expand(
    environment('HF_HUB_CACHE') ?? environment('HUGGINGFACE_HUB_CACHE') ?? path.join(home(), 'hub'),
  );
}

export async function storedToken(): Promise<string | undefined> {
  const file = expand(environment('HF_TOKEN_PATH') ?? path.join(home(), 'token'));
  return readFile(file, 'utf8').catch(() => undefined);
}

function home(): string {
  return expand(
    environment('HF_HOME') ??
      path.join(environment('XDG_CACHE_HOME') ?? path.join(homedir(), '.cache'), 'huggingface'),
  );
}

/** `~` and `$NAME`, as Python's expanduser and expandvars. */
function expand(folder: string): string {
  return folder
    .replace(/^~(?=$|[/\\])/, homedir())
    .replace(/\$(?:(\w+)|\{(\w+)\})/g, (whole, bare, braced) => process.env[bare ?? braced] ?? whole);
}
