// SPDX-License-Identifier: Apache-2.0
/**
 * A tensor is read straight to where it goes if the file's layout is ours, else by slabs of whole rows, each turned into its
 * place while it is in the processor's cache. Slabs are used again: new memory costs the kernel more than the numbers cost us.
 */
import { elementCount } from './bytes.js';
import type { CheckpointTensor, Destination, RawTensor } from './checkpoint.js';
import { placeRows, type Turned } from './layout.js';

/** Floats: 2 MB. Half and twice as much were no faster. */
const SLAB = 2 ** 19;
/** Whole cache lines of a target that is turned. */
const ROWS_TOGETHER = 16;
/** Kept for the next tensor; who reads more tensors at once makes more for the while. */
const MOST_KEPT = 4;

/** Memory between a checkpoint's files and its tensors. */
export class Slabs {
  private readonly free: Float32Array[] = [];

  async use(length: number, action: (slab: Float32Array) => Promise<void>): Promise<void> {
    const slab = length <= SLAB ? (this.free.pop() ?? new Float32Array(SLAB)) : new Float32Array(length);
    await action(slab);
    if (slab.length === SLAB && this.free.length < MOST_KEPT) this.free.push(slab);
  }
}

/** What part of a tensor in a file is a tensor of the checkpoint, and how it is turned. */
export interface Part {
  /** In the file's layout. */
  shape: readonly number[];
  /** The first of its elements. */
  begin: number;
  turn: Turned | null;
}

export function readerOf(raw: RawTensor, part: Part, slabs: Slabs): CheckpointTensor['read'] {
  const { begin, turn } = part;
  const count = elementCount(part.shape)!;
  return async (destination = new Float32Array(count)) => {
    checkLength(raw.name, count, valuesOf(destination).length);
    if (turn || typeof destination === 'function') {
      await readBySlabs(raw, { count, begin, turn }, slabs, destination);
    } else if (count > 0) {
      await raw.read(destination, begin);
    }
    return valuesOf(destination);
  };
}

async function readBySlabs(
  raw: RawTensor,
  { count, begin, turn }: { count: number; begin: number; turn: Turned | null },
  slabs: Slabs,
  destination: Destination,
): Promise<void> {
  const row = turn ? turn.middle * turn.inner : 1;
  const fitting = Math.floor(SLAB / row / ROWS_TOGETHER) * ROWS_TOGETHER;
  const step = raw.isOnePiece ? count : Math.min(Math.max(fitting, 1) * row, count);
  await slabs.use(step, async (slab) => {
    for (let done = 0; done < count; done += step) {
      const values = slab.subarray(0, Math.min(step, count - done));
      await raw.read(values, begin + done);
      if (turn) placeRows(turn, values, done / row, valuesOf(destination));
      else valuesOf(destination).set(values, done);
    }
  });
}

function valuesOf(destination: Destination): Float32Array {
  return typeof destination === 'function' ? destination() : destination;
}

function checkLength(name: string, count: number, length: number): void {
  if (length === count) return;
  throw new RangeError(`'${name}' has ${count} numbers; the array to read them into has ${length}.`);
}
