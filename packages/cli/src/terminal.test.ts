// SPDX-License-Identifier: Apache-2.0
import { columnsOf } from './terminal.js';

describe('columnsOf', () => {
  const terminal = { isTTY: true, columns: 132 } as NodeJS.WriteStream;
  const pipe = {} as NodeJS.WriteStream;
  const before = process.env.COLUMNS;
  afterEach(() => {
    if (before === undefined) delete process.env.COLUMNS;
    else process.env.COLUMNS = before;
  });

  it.each([
    [undefined, 132, 80],
    ['60', 60, 60],
    ['0', 132, 80],
    ['wide', 132, 80],
  ])('with COLUMNS=%s is %i on a terminal 132 wide and %i elsewhere', (wanted, onTerminal, elsewhere) => {
    if (wanted === undefined) delete process.env.COLUMNS;
    else process.env.COLUMNS = wanted;
    expect(columnsOf(terminal)).toBe(onTerminal);
    expect(columnsOf(pipe)).toBe(elsewhere);
  });
});
