// SPDX-License-Identifier: Apache-2.0

/** The first line of what went wrong, as a sentence. */
export function reasonOf(error: unknown): string {
  const message = (error as Partial<Error> | null)?.message ?? String(error);
  const line = message.split('\n', 1)[0].trim();
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
