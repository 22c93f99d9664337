// SPDX-License-Identifier: Apache-2.0
/**
 * Byte pair encoding: the neighbours that the training merged first are merged first, until none can be.
 *
 * The symbols of a word form a linked list, the possible merges a heap, so that time grows as n log n with the length
 * of a word. Sennrich et al. 2016; mirrors `Word::merge_all` of Hugging Face's tokenizers.
 */
import { toUTF8 } from './byteLevel.js';
import type { Vocabulary } from './vocabulary.js';

const CACHED_WORDS = 65_536;
const LONGEST_CACHED_WORD = 64;
const NONE = -1;

export class BPE {
  private readonly cache = new Map<string, readonly number[]>();

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly unknownId: number,
  ) {}

  isUnknown(id: number): boolean {
    return id === this.unknownId;
  }

  /** The token ids of a word: a piece of text that merges never cross the borders of. */
  encode(word: string): readonly number[] {
    const known = this.cache.get(word);
    if (known) return known;
    const ids = this.merge(toUTF8(word));
    if (word.length <= LONGEST_CACHED_WORD) {
      if (this.cache.size >= CACHED_WORDS) this.cache.clear();
      this.cache.set(word, ids);
    }
    return ids;
  }

  private merge(bytes: Uint8Array): number[] {
    const { merges, mergedIds } = this.vocabulary;
    const symbols = this.symbolsOf(bytes);
    const next = Int32Array.from(symbols, (_, i) => (i + 1 < symbols.length ? i + 1 : NONE));
    const previous = Int32Array.from(symbols, (_, i) => i - 1);
    const alive = new Uint8Array(symbols.length).fill(1);
    const heap = new MergeHeap();
    const rankAt = (at: number) =>
      at === NONE || next[at] === NONE ? undefined : merges.rank(symbols[at], symbols[next[at]]);
    const consider = (at: number) => {
      const rank = rankAt(at);
      if (rank !== undefined) heap.push(rank, at);
    };
    for (let at = 0; at < symbols.length; at++) consider(at);
    while (heap.pop()) {
      const { rank, at } = heap;
      const current = alive[at] ? rankAt(at) : undefined;
      // The neighbours may have been merged since.
      if (current === undefined || mergedIds[current] !== mergedIds[rank]) continue;
      const absorbed = next[at];
      symbols[at] = mergedIds[rank];
      alive[absorbed] = 0;
      next[at] = next[absorbed];
      if (next[at] !== NONE) previous[next[at]] = at;
      consider(previous[at]);
      consider(at);
    }
    return Array.from(symbols).filter((_, i) => alive[i]);
  }

  private symbolsOf(bytes: Uint8Array): Int32Array {
    const { byteIds, finalByteIds } = this.vocabulary;
    const last = bytes.length - 1;
    const symbols = Int32Array.from(bytes, (byte, i) => (i === last ? finalByteIds : byteIds)[byte]);
    return symbols.map((id) => (id === NONE ? this.unknownId : id));
  }
}

/** Possible merges, the lowest rank first and, of equal ones, the leftmost. */
class MergeHeap {
  /** The merge that `pop` took out. */
  rank = 0;
  at = 0;
  /** rank · 2³² + position: one number to compare, exact below 2⁵³. */
  private readonly keys: number[] = [];

  push(rank: number, at: number): void {
    const { keys } = this;
    const key = rank * 2 ** 32 + at;
    let hole = keys.length;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if (keys[parent] <= key) break;
      keys[hole] = keys[parent];
      hole = parent;
    }
    keys[hole] = key;
  }

  /** False once the heap is empty. */
  pop(): boolean {
    const { keys } = this;
    if (keys.length === 0) return false;
    this.rank = Math.floor(keys[0] / 2 ** 32);
    this.at = keys[0] % 2 ** 32;
    const key = keys.pop() as number;
    if (keys.length > 0) this.sink(key);
    return true;
  }

  private sink(key: number): void {
    const { keys } = this;
    let hole = 0;
    for (let child = 1; child < keys.length; child = 2 * hole + 1) {
      if (child + 1 < keys.length && keys[child + 1] < keys[child]) child++;
      if (keys[child] >= key) break;
      keys[hole] = keys[child];
      hole = child;
    }
    keys[hole] = key;
  }
}
