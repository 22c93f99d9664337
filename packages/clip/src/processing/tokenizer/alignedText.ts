// SPDX-License-Identifier: Apache-2.0
/** `normalize` with a record of where each character comes from, for the sake of offsets: it takes longer. */
import { lowerCase } from './normalize.js';

/** A character and what normalization may join to it: marks, Hangul vowels and finals, a vowel of Kirat Rai. */
const CLUSTERS = /\p{Any}[\p{M}\u1161-\u1175\u11a8-\u11c2\u{16d67}]*/gu;
const WHITE_SPACE = /\p{White_Space}/u;

/** A text and, for each of its UTF-16 units, the part of the original that it came from. */
export interface AlignedText {
  text: string;
  starts: number[];
  ends: number[];
}

export function normalizeAligned(text: string): AlignedText {
  const result: AlignedText = { text: '', starts: [], ends: [] };
  const append = (piece: string, start: number, end: number) => {
    result.text += piece;
    for (let i = 0; i < piece.length; i++) {
      result.starts.push(start);
      result.ends.push(end);
    }
  };
  for (const { character, start, end } of composed(text)) {
    if (!WHITE_SPACE.test(character)) append(lowerCase(character), start, end);
    else if (result.text.endsWith(' ')) result.ends[result.ends.length - 1] = end;
    else append(' ', start, end);
  }
  return result;
}

interface AlignedCharacter {
  character: string;
  start: number;
  end: number;
}

/** The characters of a text's NFC form. */
function* composed(text: string): Generator<AlignedCharacter> {
  for (const { 0: cluster, index } of text.matchAll(CLUSTERS)) {
    const source = positions(cluster, index);
    const target = Array.from(cluster.normalize('NFC'));
    if (target.join('') === cluster) yield* source;
    else yield* align(source, target);
  }
}

/**
 * Where the characters of a recomposed cluster are said to come from, by tokenizers' bookkeeping: each counts how many
 * characters it added to the original or removed, and the text is walked by these counts.
 */
function* align(source: AlignedCharacter[], target: string[]): Generator<AlignedCharacter> {
  let at = 0;
  const changes = countChanges(source, target);
  for (const [i, character] of target.entries()) {
    const isAdded = changes[i] > 0;
    const { start, end } = source[Math.min(isAdded ? Math.max(at - 1, 0) : at, source.length - 1)];
    if (!isAdded) at += 1 - changes[i];
    yield { character, start, end };
  }
}

/** For each character of `target`, the characters it adds (1) or takes away from what follows it (-1, -2, …). */
function countChanges(source: AlignedCharacter[], target: string[]): number[] {
  const parts = orderedParts(source);
  // What follows the first character was left over when it had taken all it could; of equal marks it takes the first.
  const changes: number[] = [];
  const taken: Part[] = [];
  for (const character of target.slice(1).reverse()) {
    const pieces = Array.from(character.normalize('NFD'));
    const last = pieces[pieces.length - 1];
    while (parts[parts.length - 1].character !== last) taken.push(parts.pop() as Part);
    changes.push(total(parts.splice(-pieces.length)));
  }
  changes.push(total([...parts, ...taken]));
  return changes.reverse();
}

interface Part {
  character: string;
  /** Whether its source character had others before it. */
  added: boolean;
}

/** The parts of decomposed characters in canonical order; equal ones keep their order. */
function orderedParts(source: AlignedCharacter[]): Part[] {
  const queues = new Map<string, Part[]>();
  for (const { character } of [...source].reverse()) {
    const parts = Array.from(character.normalize('NFD'), (part, i) => ({ character: part, added: i > 0 }));
    for (const part of parts.reverse()) {
      const queue = queues.get(part.character);
      if (queue) queue.push(part);
      else queues.set(part.character, [part]);
    }
  }
  const cluster = source.map(({ character }) => character).join('');
  return Array.from(cluster.normalize('NFD'), (character) => queues.get(character)?.pop() as Part);
}

function total(parts: readonly Part[]): number {
  return parts.filter(({ added }) => added).length - (parts.length - 1);
}

function positions(text: string, offset: number): AlignedCharacter[] {
  let start = offset;
  return Array.from(text, (character) => {
    const end = start + character.length;
    const position = { character, start, end };
    start = end;
    return position;
  });
}
