// SPDX-License-Identifier: Apache-2.0
/** Texts cut to the number of tokens that there is room for, as Hugging Face's tokenizers cut them. */
import { InvalidArgumentError, TokenizationError } from '../../errors.js';
import type { Settings, Side } from './callOptions.js';
import type { EncodedText } from './textEncoder.js';

/** A text's first part, and what it was cut into after that. */
export type Parts = [EncodedText, ...EncodedText[]];

export interface TruncatedTexts {
  first: Parts;
  second: Parts | null;
}

/**
 * @param markers how many special tokens surround the texts
 * @throws InvalidArgumentError, TokenizationError if the texts cannot be cut as asked
 */
export function truncate(
  first: EncodedText,
  second: EncodedText | null,
  markers: number,
  settings: Settings,
): TruncatedTexts {
  const { truncateTo, truncation, stride, truncationSide } = settings;
  if (truncateTo === null) return { first: [first], second: second && [second] };
  const room = truncateTo - markers;
  if (room < 0) {
    throw new InvalidArgumentError(
      `maxLength is ${truncateTo}, but the special tokens alone are ${markers}; give at least that.`,
    );
  }
  const [firstLength, secondLength] = lengths(first.ids.length, second?.ids.length ?? null, room, truncation);
  return {
    first: cut(first, firstLength, stride, truncationSide),
    second: second && cut(second, secondLength, stride, truncationSide),
  };
}

function lengths(
  first: number,
  second: number | null,
  room: number,
  strategy: Settings['truncation'],
): [number, number] {
  const excess = first + (second ?? 0) - room;
  if (excess <= 0 || room === 0) return [Math.min(first, room), Math.min(second ?? 0, room)];
  if (strategy === 'longest_first') return second === null ? [room, 0] : shareRoom(first, second, room);
  if (strategy === 'only_second' && second === null) {
    throw new TokenizationError("truncation is 'only_second', but there is no second text; give textPair.");
  }
  const cuttable = strategy === 'only_first' ? first : (second as number);
  if (cuttable <= excess) {
    const which = strategy === 'only_first' ? 'first' : 'second';
    throw new TokenizationError(
      `${excess} tokens are too many, but the ${which} text has only ${cuttable}; use truncation: 'longest_first'.`,
    );
  }
  return strategy === 'only_first' ? [first - excess, second ?? 0] : [first, (second as number) - excess];
}

/** The longer text is cut to what the shorter one leaves, and both to a half each if that does not do. */
function shareRoom(first: number, second: number, room: number): [number, number] {
  const shorter = Math.min(first, second);
  let [a, b] = [shorter, shorter > room ? shorter : Math.max(shorter, room - shorter)];
  if (a + b > room) [a, b] = [Math.floor(room / 2), Math.floor(room / 2) + (room % 2)];
  return first > second ? [b, a] : [a, b];
}

function cut(text: EncodedText, length: number, stride: number, side: Side): Parts {
  const { ids, offsets } = text;
  if (length >= ids.length) return [text];
  if (length === 0) return [{ ids: [], offsets: offsets && [] }, text];
  if (stride >= length) {
    throw new InvalidArgumentError(
      `stride is ${stride}, but must be less than the ${length} tokens of a text that fit into a row.`,
    );
  }
  const parts = ranges(ids.length, length, stride, side).map(([start, end]) => ({
    ids: ids.slice(start, end),
    offsets: offsets?.slice(start, end) ?? null,
  }));
  return parts as Parts;
}

/** Windows of `length`, each overlapping the one before by `stride`, from the side that is kept. */
function ranges(total: number, length: number, stride: number, side: Side): [number, number][] {
  const windows: [number, number][] = [];
  for (let done = 0; ; done += length - stride) {
    const end = Math.min(done + length, total);
    windows.push(side === 'right' ? [done, end] : [total - end, total - done]);
    if (end === total) return windows;
  }
}
