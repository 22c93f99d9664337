// SPDX-License-Identifier: Apache-2.0
/**
 * A naming scheme: a table between a dialect's names and Hugging Face's, read both ways. A new dialect is a file with a
 * table, an entry in schemes.ts, and a fixture.
 */
import { elementCount } from '../bytes.js';
import type { CheckpointTensor, RawTensor } from '../checkpoint.js';
import { toOurShape, turnOf } from '../layout.js';
import { readerOf, type Slabs } from '../slabs.js';

export type SchemeName = 'hugging-face' | 'openclip' | 'openai' | 'keras' | 'flax';

export interface Row {
  /** `{i}` stands for the number of a layer. */
  theirs: string;
  /** Hugging Face's name; several where their tensor is these, one after another along PyTorch's first dimension. */
  ours: string | readonly string[];
  /** How their tensor lies: as PyTorch's of Hugging Face's name (the default), or as ours. */
  layout?: 'pytorch' | 'ours';
}

export interface NamingScheme {
  readonly name: SchemeName;
  /** Where two rows have the same `ours`, the first is the one that is written. */
  readonly rows: readonly Row[];
  /** Names that hold no weights of a CLIP: sizes, masks, counters. */
  readonly ignored: RegExp;
  /** Whether names are of this scheme, given as the file has them. */
  matches(names: ReadonlySet<string>): boolean;
  /** From the file's name to the table's: without wrappers that differ from file to file. */
  normalize(name: string): string;
}

export interface Match {
  row: Row;
  /** With the layer's number in the place of `{i}`. */
  ours: string[];
}

/** A row's pattern by the name without its numbers, so that a look-up is one step. */
export function lookUp(scheme: NamingScheme): (name: string) => Match | null {
  const byPattern = new Map(scheme.rows.map((row) => [row.theirs, row]));
  return (name) => {
    const exact = byPattern.get(name);
    if (exact) return { row: exact, ours: [exact.ours].flat() };
    const layer = layerOf(name);
    const row = layer && byPattern.get(layer.pattern);
    return row ? { row, ours: [row.ours].flat().map((ours) => ours.replace('{i}', layer.number)) } : null;
  };
}

/** `resblocks.3.ln_1` → `resblocks.{i}.ln_1` and 3; the names of all schemes have one number, of a layer. */
export function layerOf(name: string): { pattern: string; number: string } | null {
  const found = /(?<=\b(?:layers|resblocks)[./]|layers_\._)\d+(?=[./])/.exec(name);
  if (!found) return null;
  const pattern = `${name.slice(0, found.index)}{i}${name.slice(found.index + found[0].length)}`;
  return { pattern, number: found[0] };
}

export interface Place {
  row: Row;
  /** The dialect's name. */
  theirs: string;
  /** Which of the row's several names this is. */
  index: number;
}

/** The other way: where a tensor of Hugging Face's name belongs in the dialect. */
export function lookUpBack(rows: readonly Row[]): (name: string) => Place | null {
  const byPattern = new Map<string, { row: Row; index: number }>();
  for (const row of rows) {
    [row.ours].flat().forEach((ours, index) => {
      if (!byPattern.has(ours)) byPattern.set(ours, { row, index });
    });
  }
  return (name) => {
    const layer = layerOf(name);
    const found = byPattern.get(layer?.pattern ?? name);
    return found ? { ...found, theirs: found.row.theirs.replace('{i}', layer?.number ?? '') } : null;
  };
}

/** One tensor of a file, as the one or several of Hugging Face's that it is. */
export function toCheckpointTensors(raw: RawTensor, { row, ours }: Match, slabs: Slabs): CheckpointTensor[] {
  return row.layout === 'ours'
    ? [asItIs(raw, ours[0], slabs)]
    : ours.map((name, i) => part(raw, name, i, ours.length, slabs));
}

export function asItIs(raw: RawTensor, name: string, slabs: Slabs): CheckpointTensor {
  const { dtype, shape, byteLength } = raw;
  return { name, dtype, shape, byteLength, read: readerOf(raw, { shape, begin: 0, turn: null }, slabs) };
}

/** The i-th of `count` equal parts along the first dimension, of which only the bytes of this part are read. */
function part(raw: RawTensor, name: string, i: number, count: number, slabs: Slabs): CheckpointTensor {
  const [first, ...rest] = raw.shape;
  // What does not divide keeps its whole shape, which matching then reports.
  const divides = count > 1 && raw.shape.length > 0 && first % count === 0;
  const shape = divides ? [first / count, ...rest] : raw.shape;
  const begin = divides ? i * elementCount(shape)! : 0;
  return {
    name,
    dtype: raw.dtype,
    shape: toOurShape(name, shape),
    byteLength: divides ? raw.byteLength / count : raw.byteLength,
    read: readerOf(raw, { shape, begin, turn: turnOf(name, shape) }, slabs),
  };
}
