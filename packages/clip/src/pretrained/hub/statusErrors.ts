// SPDX-License-Identifier: Apache-2.0
/** What the hub's refusals mean, and what to do about each. */
import { AccessError, DownloadError, ModelNotFoundError, type TFCLIPError } from '../../errors.js';
import type { HubRequest } from './http.js';
import { NoSuchFileError, NoSuchRevisionError, TransientError } from './hubErrors.js';
import type { HubSettings } from './settings.js';

type Explain = (asked: HubRequest, headers: Headers, settings: HubSettings) => TFCLIPError;

export function statusError(
  asked: HubRequest,
  status: number,
  headers: Headers,
  settings: HubSettings,
): TFCLIPError {
  const code = headers.get('x-error-code') ?? '';
  const explain = byCode[code] ?? (status === 401 ? unauthorised : byStatus[status]);
  if (explain) return explain(asked, headers, settings);
  if (status === 408 || status === 429 || status >= 500) return temporary(asked, status, headers);
  return new DownloadError(
    `${asked.what} cannot be fetched: the hub answers with status ${status}${message(headers)}.`,
  );
}

const byCode: Record<string, Explain> = {
  GatedRepo: ({ id }, _headers, { endpoint, token }) =>
    new AccessError(
      token
        ? `${id} is gated, and the access token given does not open it: ask for access at ${endpoint}/${id} with the ` +
            'account that the token is of, and see that the token may read gated repositories.'
        : `${id} is gated: accept its conditions at ${endpoint}/${id}, then pass an access token (option 'token', or ` +
            'the environment variable HF_TOKEN).',
    ),
  RepoNotFound: noRepository,
  RevisionNotFound: ({ id, revision }) =>
    new NoSuchRevisionError(`${id} has no revision '${revision}'; give a branch, a tag or a commit of it.`),
  EntryNotFound: noFile,
};

const byStatus: Record<number, Explain> = {
  403: ({ what }, headers) =>
    new AccessError(
      `The hub forbids ${what}${message(headers)}; see that the access token may read this repository.`,
    ),
  404: noFile,
};

/** The hub does not tell those without a token whether a repository is private or there is none. */
function unauthorised(asked: HubRequest, headers: Headers, settings: HubSettings): TFCLIPError {
  if (!/invalid credentials/i.test(headers.get('x-error-message') ?? '')) {
    return noRepository(asked, headers, settings);
  }
  return new AccessError(
    `The hub does not accept the access token, with which ${asked.id} was asked for: it is mistyped, expired or ` +
      "revoked. Pass a valid one (option 'token', or the environment variable HF_TOKEN), or none (token: false).",
  );
}

function noRepository({ id }: HubRequest, _headers: Headers, { endpoint, token }: HubSettings): TFCLIPError {
  const mend = token
    ? 'or that the access token given may read it'
    : "or pass an access token that may read it (option 'token', or the environment variable HF_TOKEN)";
  return new ModelNotFoundError(
    `There is no repository '${id}' at ${endpoint}, or it is private: check the name, ${mend}.`,
  );
}

function noFile({ what }: HubRequest, headers: Headers): TFCLIPError {
  return new NoSuchFileError(`There is no ${what}.`, headers.get('x-repo-commit'));
}

function temporary({ what }: HubRequest, status: number, headers: Headers): TFCLIPError {
  const wait = retryAfter(headers.get('retry-after'));
  const when = wait === null ? 'later' : `in ${Math.ceil(wait / 1000)} s`;
  return new TransientError(
    status === 429
      ? `${what} cannot be fetched: the hub was asked too often (status 429). Try again ${when}; with an access token more is allowed.`
      : `${what} cannot be fetched: the hub fails (status ${status}). Try again ${when}.`,
    wait,
  );
}

/** Seconds, or a date; in milliseconds. */
function retryAfter(value: string | null): number | null {
  if (value === null) return null;
  const milliseconds = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(milliseconds) ? Math.max(milliseconds, 0) : null;
}

/** The hub's own words, shortened: they go to a terminal. */
function message(headers: Headers): string {
  const text = headers
    .get('x-error-message')
    ?.replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 200);
  return text ? ` (${text})` : '';
}
