// SPDX-License-Identifier: Apache-2.0
import { partsOf } from './parts.js';

const product = { rows: 5, depth: 10, left: 1000, panels: 2000, out: 3000, columns: 20 };

describe('partsOf', () => {
  it('cuts at panels, and moves all that goes by columns', () => {
    const parts = partsOf({ ...product, bias: 4000, residual: 5000, activation: 1 }, 2);
    expect(parts).toEqual([
      { ...product, activation: 1, outStride: 20, columns: 8, bias: 4000, residual: 5000 },
      {
        ...{ ...product, activation: 1, outStride: 20, columns: 12, bias: 4032, residual: 5032 },
        ...{ panels: 2000 + 4 * 10 * 8, out: 3032 },
      },
    ]);
  });

  it('leaves out what the product has not', () => {
    const [, second] = partsOf({ ...product, residual: 0 }, 2);
    expect([second.bias, second.residual]).toEqual([undefined, 0]);
  });

  it.each([
    [20, 9, [8, 8, 4]],
    [64, 4, [16, 16, 16, 16]],
    [41, 4, [8, 16, 8, 9]],
    [3, 4, [3]],
    [20, 1, [20]],
  ])('%d columns for %d', (columns, count, expected) => {
    expect(partsOf({ ...product, columns }, count).map((part) => part.columns)).toEqual(expected);
  });
});
