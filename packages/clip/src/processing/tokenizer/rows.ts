// SPDX-License-Identifier: Apache-2.0
/** Rows of tokens: texts between their special tokens, padded, and as the lists or tensors that a call returns. */
import * as tf from '@tensorflow/tfjs';
import { TokenizationError } from '../../errors.js';
import type { BatchEncoding, CallOptions, Settings } from './callOptions.js';
import type { EncodedText, Offset } from './textEncoder.js';
import type { TruncatedTexts } from './truncation.js';

export interface Row {
  ids: number[];
  attention: number[];
  /** null if nobody asked, as for `offsets`. */
  special: number[] | null;
  offsets: Offset[] | null;
  /** The text of the call that it is from. */
  sample: number;
}

const NOWHERE: Offset = [0, 0];

/** The special tokens around texts: `start A end`, and for a pair `start A end end B end`. */
export interface Markers {
  start: number;
  end: number;
}

/** The row of a text or pair, then those of what was cut off. */
export function makeRows(
  { first, second }: TruncatedTexts,
  markers: Markers | null,
  withSpecial: boolean,
  sample: number,
): Row[] {
  const make = (a: EncodedText, b: EncodedText | null) => makeRow(a, b, markers, withSpecial, sample);
  if (!second) return first.map((part) => make(part, null));
  const [firstStart, ...firstRest] = first;
  const [secondStart, ...secondRest] = second;
  return [
    make(firstStart, secondStart),
    ...firstRest.flatMap((part) => second.map((other) => make(part, other))),
    ...secondRest.map((other) => make(firstStart, other)),
  ];
}

function makeRow(
  first: EncodedText,
  second: EncodedText | null,
  markers: Markers | null,
  withSpecial: boolean,
  sample: number,
): Row {
  const row: Row = {
    ids: [],
    attention: [],
    special: withSpecial ? [] : null,
    offsets: first.offsets && [],
    sample,
  };
  const mark = (id: number | undefined) => {
    if (id === undefined) return;
    row.ids.push(id);
    row.special?.push(1);
    row.offsets?.push(NOWHERE);
  };
  const append = ({ ids, offsets }: EncodedText) => {
    for (const id of ids) row.ids.push(id);
    for (let i = 0; i < ids.length; i++) row.special?.push(0);
    for (const offset of offsets ?? []) row.offsets?.push(offset);
  };
  mark(markers?.start);
  append(first);
  mark(markers?.end);
  if (second) {
    mark(markers?.end);
    append(second);
    mark(markers?.end);
  }
  row.attention = row.ids.map(() => 1);
  return row;
}

/** Rows of the length that the settings ask for; longer ones stay as they are. */
export function padRows(rows: readonly Row[], settings: Settings, padId: number): Row[] {
  const { padTo, padToMultipleOf: multiple, paddingSide } = settings;
  if (padTo === null) return [...rows];
  const target =
    padTo === 'longest' ? rows.reduce((longest, row) => Math.max(longest, row.ids.length), 0) : padTo;
  const length = Math.ceil(target / multiple) * multiple;
  const pad = <T>(values: T[], value: T): T[] => {
    const filling = new Array<T>(Math.max(0, length - values.length)).fill(value);
    return paddingSide === 'right' ? [...values, ...filling] : [...filling, ...values];
  };
  return rows.map((row) => ({
    ids: pad(row.ids, padId),
    attention: pad(row.attention, 0),
    special: row.special && pad(row.special, 1),
    offsets: row.offsets && pad(row.offsets, NOWHERE),
    sample: row.sample,
  }));
}

export type ReturnOptions = Pick<
  CallOptions,
  'returnTensors' | 'returnAttentionMask' | 'returnTokenTypeIds' | 'returnLength' | 'returnOverflowingTokens'
>;

/**
 * @param isBatched whether one text comes as a list of one row
 * @throws TokenizationError if a tensor is asked for and the rows differ in length
 */
export function toBatchEncoding(
  rows: readonly Row[],
  isBatched: boolean,
  options: ReturnOptions,
): BatchEncoding {
  const { returnAttentionMask = true, returnTokenTypeIds, returnLength, returnOverflowingTokens } = options;
  const columns = {
    inputIds: rows.map((row) => row.ids),
    ...(returnAttentionMask && { attentionMask: rows.map((row) => row.attention) }),
    ...(returnTokenTypeIds && { tokenTypeIds: rows.map((row) => row.ids.map(() => 0)) }),
    ...(rows[0]?.special && { specialTokensMask: rows.map((row) => row.special as number[]) }),
    ...(rows[0]?.offsets && { offsetMapping: rows.map((row) => row.offsets as Offset[]) }),
  };
  const perRow = {
    ...(returnLength && { length: rows.map((row) => row.ids.length) }),
    ...(returnOverflowingTokens && { overflowToSampleMapping: rows.map((row) => row.sample) }),
  };
  if (options.returnTensors) return toTensors(columns, perRow);
  if (isBatched || returnOverflowingTokens) return { ...columns, ...perRow };
  const only = Object.entries(columns).map(([name, rowsOfIt]) => [name, rowsOfIt[0]]);
  return { ...Object.fromEntries(only), ...perRow };
}

function toTensors(
  columns: Record<string, (number | Offset)[][]>,
  perRow: Record<string, number[]>,
): BatchEncoding<tf.Tensor2D> {
  const lengths = columns.inputIds.map((row) => row.length);
  const length = lengths[0] ?? 0;
  if (lengths.some((other) => other !== length)) {
    const shown = lengths.length > 8 ? `${lengths.slice(0, 8).join(', ')}, …` : lengths.join(', ');
    throw new TokenizationError(
      `The rows have ${shown} tokens, but those of a tensor must be of one length; pass padding: true.`,
    );
  }
  const tensors = Object.entries(columns).map(([name, rows]) => {
    const shape = name === 'offsetMapping' ? [rows.length, length, 2] : [rows.length, length];
    return [name, tf.tensor(rows.flat(2) as number[], shape, 'int32')];
  });
  const lists = Object.entries(perRow).map(([name, values]) => [name, tf.tensor1d(values, 'int32')]);
  return Object.fromEntries([...tensors, ...lists]);
}
