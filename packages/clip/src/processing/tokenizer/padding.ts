// SPDX-License-Identifier: Apache-2.0
/** Padding of what a call returned, once all texts are at hand. */
import { InvalidArgumentError } from '../../errors.js';
import type { BatchEncoding, PadOptions, Settings } from './callOptions.js';
import { padRows, type Row, toBatchEncoding } from './rows.js';
import type { Offset } from './textEncoder.js';

type Single = BatchEncoding<number[]>;

/** @throws InvalidArgumentError unless `encodings` hold lists of ids */
export function padEncodings(
  encodings: Single | BatchEncoding<number[][]> | readonly Single[],
  settings: Settings,
  padId: number,
  options: PadOptions,
): BatchEncoding {
  const { singles, isBatched } = separate(encodings);
  const rows = padRows(singles.map(toRow), settings, padId);
  const hasTypeIds = singles[0]?.tokenTypeIds !== undefined;
  return toBatchEncoding(rows, isBatched, { ...options, returnTokenTypeIds: hasTypeIds });
}

function separate(encodings: Single | BatchEncoding<number[][]> | readonly Single[]): {
  singles: Single[];
  isBatched: boolean;
} {
  if (Array.isArray(encodings)) return { singles: encodings, isBatched: true };
  const { inputIds, attentionMask, tokenTypeIds, specialTokensMask, offsetMapping } =
    encodings as BatchEncoding<number[] | number[][]>;
  if (!Array.isArray(inputIds)) {
    throw new InvalidArgumentError('pad takes lists of ids; call the tokenizer without returnTensors.');
  }
  if (!Array.isArray(inputIds[0])) return { singles: [encodings as Single], isBatched: false };
  const singles = inputIds.map((_, i) => ({
    inputIds: inputIds[i],
    attentionMask: attentionMask?.[i],
    tokenTypeIds: tokenTypeIds?.[i],
    specialTokensMask: specialTokensMask?.[i],
    offsetMapping: offsetMapping?.[i],
  }));
  return { singles: singles as Single[], isBatched: true };
}

function toRow({ inputIds, attentionMask, specialTokensMask, offsetMapping }: Single, sample: number): Row {
  return {
    ids: inputIds,
    attention: attentionMask ?? inputIds.map(() => 1),
    special: specialTokensMask ?? null,
    offsets: (offsetMapping as Offset[] | undefined) ?? null,
    sample,
  };
}
