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
        'A file of another name is opened by the option `file`.',
    );
  }
}

/** A file is not what its name and its own structure say: truncated, damaged, or made to be so. */
export class BrokenCheckpointError extends WeightsConverterError {
  readonly code = 'BROKEN_CHECKPOINT';

  /** @param what completes the sentence "FILE cannot be read: …" */
  constructor(
    readonly file: string,
    what: string,
    options?: ErrorOptions,
  ) {
    super(`${file} cannot be read: ${what}. It is damaged or incomplete; fetch it again.`, options);
  }
}

/** A file asks for what reading weights never needs, such as calling a function. Nothing of it was done. */
export class UnsafeCheckpointError extends WeightsConverterError {
  readonly code = 'UNSAFE_CHECKPOINT';

  constructor(
    readonly file: string,
    what: string,
  ) {
    super(`${file} is refused: ${what}.`);
  }
}

/** A sound file of a kind that this library does not read, or a model that is no plain CLIP. */
export class UnsupportedCheckpointError extends WeightsConverterError {
  readonly code = 'UNSUPPORTED_CHECKPOINT';
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
