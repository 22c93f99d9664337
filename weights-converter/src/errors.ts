// SPDX-License-Identifier: Apache-2.0
/** What opening and matching a checkpoint throws, besides the SafetensorsError of a broken file. */

export abstract class WeightsConverterError extends Error {
  abstract readonly code: string;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** None of the files that hold weights is there. */
export class CheckpointNotFoundError extends WeightsConverterError {
  readonly code = 'CHECKPOINT_NOT_FOUND';

  constructor(
    checkpoint: string,
    /** File names, in the order in which they were tried. */
    readonly lookedFor: readonly string[],
  ) {
    super(
      `${checkpoint} holds no weights: looked for ${lookedFor.join(', then ')}. ` +
        'Other formats can be converted in Python with model.save_pretrained(folder), which writes model.safetensors.',
    );
  }
}

export interface MisshapenTensor {
  name: string;
  /** In our layout. */
  expected: number[];
  /** What the checkpoint holds, in our layout. */
  found: number[];
}

/** Several tensors of the checkpoint that stand for one tensor of the model. */
export interface AmbiguousTensor {
  name: string;
  sources: string[];
}

export interface Mismatch {
  /** Names of the model. */
  missing: string[];
  /** Names of the checkpoint. */
  unexpected: string[];
  misshapen: MisshapenTensor[];
  ambiguous: AmbiguousTensor[];
  /** Where a checkpoint names its towers in more than one way: an example of each. */
  mixedNames: string[];
}

/** The checkpoint's tensors are not the model's. Everything that is wrong is in the fields; the message shortens long lists. */
export class CheckpointMismatchError extends WeightsConverterError implements Mismatch {
  readonly code = 'CHECKPOINT_MISMATCH';
  readonly missing: string[];
  readonly unexpected: string[];
  readonly misshapen: MisshapenTensor[];
  readonly ambiguous: AmbiguousTensor[];
  readonly mixedNames: string[];

  constructor(checkpoint: string, mismatch: Mismatch) {
    super(describe(checkpoint, mismatch));
    this.missing = mismatch.missing;
    this.unexpected = mismatch.unexpected;
    this.misshapen = mismatch.misshapen;
    this.ambiguous = mismatch.ambiguous;
    this.mixedNames = mismatch.mixedNames;
  }
}

/** A tensor's name or shape cannot be written in the asked form. */
export class UnwritableTensorError extends WeightsConverterError {
  readonly code = 'UNWRITABLE_TENSOR';
}

const SHOWN = 6;

function describe(checkpoint: string, found: Mismatch): string {
  const lines = [
    list('missing', found.missing, (name) => name),
    list('unexpected', found.unexpected, (name) => name),
    list('of another shape', found.misshapen, (t) => `${t.name} [${t.found}] instead of [${t.expected}]`),
    list('given more than once', found.ambiguous, (t) => `${t.name} by ${t.sources.join(' and ')}`),
    list('named in different ways', found.mixedNames, (name) => name),
  ].filter((line) => line !== null);
  return `${checkpoint} does not fit the model; nothing was loaded.\n${lines.join('\n')}\nCheck that config.json and the class of the model belong to these weights.`;
}

function list<T>(what: string, items: readonly T[], show: (item: T) => string): string | null {
  if (items.length === 0) return null;
  const rest = items.length > SHOWN ? `, … and ${items.length - SHOWN} more` : '';
  return `  ${items.length} ${what}: ${items.slice(0, SHOWN).map(show).join(', ')}${rest}`;
}
