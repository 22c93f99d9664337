// SPDX-License-Identifier: Apache-2.0
/** The two ways a command fails, which are its exit codes. */

/** The command line asks for something that makes no sense: exit code 2. */
export class UsageError extends Error {}

/** What was asked for could not be done: exit code 1. */
export class RunError extends Error {}

/** As RunError, of what the user has been told already. */
export class ReportedError extends RunError {}

export const ExitCode = { ok: 0, failed: 1, usage: 2 } as const;

/** What the system says is wrong, without its code, call and path: 'permission denied'. */
export function systemReason(error: unknown): string {
  return messageOf(error).replace(/^E[A-Z0-9]+: (.*?), [a-z]+( '.*)?$/s, '$1');
}

export function messageOf(error: unknown): string {
  return (error as Partial<Error> | null)?.message ?? String(error);
}
