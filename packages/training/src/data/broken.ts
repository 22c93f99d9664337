// SPDX-License-Identifier: Apache-2.0
/** Counts the broken records of a pass, and ends it when they are too many to be accidents. */
import { InvalidArgumentError } from 'tfjs-clip';
import type { BrokenRecord } from './dataset.js';

const SHOWN = 5;

export class BrokenRecords {
  private readonly first: BrokenRecord[] = [];
  private count = 0;

  constructor(
    private readonly dataset: string,
    private readonly most: number,
    private readonly tell: (problem: BrokenRecord) => void,
  ) {}

  /** @throws InvalidArgumentError when there are more than accepted */
  add(record: BrokenRecord): void {
    this.count++;
    if (this.first.length < SHOWN) this.first.push(record);
    this.tell(record);
    if (this.count > this.most) throw tooManyBroken(this.dataset, this.most, this.first);
  }
}

export function tooManyBroken(
  dataset: string,
  most: number,
  broken: readonly BrokenRecord[],
): InvalidArgumentError {
  const list = broken.slice(0, SHOWN).map(({ key, problem }) => `\n  ${key}: ${problem}`);
  return new InvalidArgumentError(
    `${dataset} has more than ${most} broken records in one epoch (maxBroken). The first are:${list.join('')}`,
  );
}
