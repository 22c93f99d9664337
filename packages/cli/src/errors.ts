// SPDX-License-Identifier: Apache-2.0
/** The two ways a command fails, which are its exit codes. */

/** The command line asks for something that makes no sense: exit code 2. */
export class UsageError extends Error {}

/** What was asked for could not be done: exit code 1. */
export class RunError extends Error {}

export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
