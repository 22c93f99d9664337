// SPDX-License-Identifier: Apache-2.0
/** What a checkpoint is. Of one that is on a network, only the directories of its files are fetched. */
import { type Inspection, inspectCheckpoint } from '@tfjs-clip/weights-converter';
import { asModelError } from '../pretrained/checkpointErrors.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import type { PeekedSource } from '../pretrained/peekedSource.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';

export interface ModelInspection extends Inspection {
  /** The bytes of weights that came over a network, of all that their files have; null where they were at hand. */
  fetched: { bytes: number; of: number } | null;
}

/**
 * What a model's files are: whose names and which format, parameters by part, types, configuration, and what keeps it from
 * loading. No tensor is read. Weights that are neither here nor in the hub's cache stay where they are: their directory is
 * read by range requests, unless the server sends whole files only.
 *
 * @param idOrPath what fromPretrained takes
 * @throws ModelNotFoundError, CheckpointError for what cannot be opened at all
 */
export async function inspectModel(
  idOrPath: string | URL,
  options: PretrainedOptions = {},
): Promise<ModelInspection> {
  const files = await resolveModelFiles(idOrPath, options);
  const peeked: PeekedSource[] = [];
  try {
    const inspection = await inspectCheckpoint(peekingFiles(files, peeked));
    const fetched = sum(peeked, (source) => source.fetched);
    return {
      ...inspection,
      notes: [...inspection.notes, ...wholeFileNotes(peeked)],
      fetched: fetched > 0 ? { bytes: fetched, of: sum(peeked, ({ size }) => size) } : null,
    };
  } catch (error) {
    throw asModelError(error, files.name);
  }
}

/** `files`, of which `peeked` is told what is opened over a network. */
function peekingFiles(files: ModelFiles, peeked: PeekedSource[]): ModelFiles {
  const { peek } = files;
  if (!peek) return files;
  return {
    get name() {
      return files.name;
    },
    read: files.read,
    async open(file) {
      const source = await peek(file);
      if (source) peeked.push(source);
      return source;
    },
  };
}

function wholeFileNotes(peeked: readonly PeekedSource[]): string[] {
  return peeked
    .filter(({ whole }) => whole)
    .map(({ name }) => `The server sends whole files only, so that all of ${name} was fetched.`);
}

function sum(sources: readonly PeekedSource[], amount: (source: PeekedSource) => number): number {
  return sources.reduce((total, source) => total + amount(source), 0);
}
