// SPDX-License-Identifier: Apache-2.0
/** Names of shards as webdataset writes them: `train-{0000..0123}.tar`, `{train,val}.tar`. */
import { InvalidArgumentError } from 'tfjs-clip';

const MOST = 1_000_000;

/** All combinations where there are several braces. @throws InvalidArgumentError for a range that makes no sense */
export function expandBraces(pattern: string): string[] {
  const match = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern);
  if (!match) return [pattern];
  const [, before, inside, after] = match;
  const rest = expandBraces(after);
  const choices = rangeOf(inside, pattern) ?? inside.split(',');
  if (choices.length * rest.length > MOST) throw tooMany(pattern);
  return choices.flatMap((choice) => rest.map((end) => before + choice + end));
}

function rangeOf(inside: string, pattern: string): string[] | null {
  const match = /^(\d+)\.\.(\d+)$/.exec(inside);
  if (!match) return null;
  const [first, last] = [Number(match[1]), Number(match[2])];
  if (last < first) {
    throw new InvalidArgumentError(
      `{${inside}} in '${pattern}' counts down; write the smaller number first.`,
    );
  }
  if (last - first >= MOST) throw tooMany(pattern);
  const width = match[1].startsWith('0') ? match[1].length : 0;
  return Array.from({ length: last - first + 1 }, (_, i) => String(first + i).padStart(width, '0'));
}

function tooMany(pattern: string): InvalidArgumentError {
  return new InvalidArgumentError(`'${pattern}' names more than ${MOST} shards.`);
}
