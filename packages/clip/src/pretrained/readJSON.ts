// SPDX-License-Identifier: Apache-2.0
import type { JSONObject } from '../configuration/fields.js';
import { ConfigurationError } from '../errors.js';
import type { ModelFiles } from './modelFiles.js';

/** @throws ConfigurationError for a file that is not a JSON object; null if there is no such file */
export async function readJSON(files: ModelFiles, file: string): Promise<JSONObject | null> {
  const bytes = await files.read(file);
  if (!bytes) return null;
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new ConfigurationError(`${file} of ${files.name} is not JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as JSONObject;
  throw new ConfigurationError(
    `${file} of ${files.name} must hold a JSON object, {…}; it holds something else.`,
  );
}
