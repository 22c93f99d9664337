// SPDX-License-Identifier: Apache-2.0
import { localFiles } from '#platform';

/**
 * Writes small files into a folder, made if it is not there. Each appears under its name only when it is whole.
 *
 * @throws InvalidArgumentError in browsers, which have no folders
 */
export async function saveFiles(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<void> {
  for (const [file, content] of Object.entries(files)) {
    await localFiles.replace(localFiles.join(directory, file), content);
  }
}
