// SPDX-License-Identifier: Apache-2.0
/** Errors that the code here reacts to; to everybody else they are their public kind. */
import { DownloadError, ModelNotFoundError } from '../../errors.js';

/** May pass: no connection, a time limit, 408, 429, 5xx. */
export class TransientError extends DownloadError {
  constructor(
    message: string,
    /** Milliseconds that the server asks to wait. */
    readonly wait: number | null = null,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'DownloadError';
  }
}

/** The repository has no such file: a fact, not a failure. */
export class NoSuchFileError extends ModelNotFoundError {
  constructor(
    message: string,
    /** The commit that has no such file, where the server says it. */
    readonly commit: string | null,
  ) {
    super(message);
    this.name = 'ModelNotFoundError';
  }
}

/** No such branch, tag or commit: what the cache holds under its name is no substitute. */
export class NoSuchRevisionError extends ModelNotFoundError {
  constructor(message: string) {
    super(message);
    this.name = 'ModelNotFoundError';
  }
}
