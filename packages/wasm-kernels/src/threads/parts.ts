// SPDX-License-Identifier: Apache-2.0
import type { Product } from '../host.js';

/** As in assembly/panels.ts. */
const COLUMNS_OF_PANEL = 8;

/** A product as at most `count` products of about as many panels each. */
export function partsOf(product: Product, count: number): Product[] {
  const { depth, columns, panels, out, outStride = columns, bias, residual } = product;
  const panelsInAll = Math.ceil(columns / COLUMNS_OF_PANEL);
  const parts = Math.min(count, panelsInAll);
  return Array.from({ length: parts }, (_, part) => {
    const first = Math.floor((panelsInAll * part) / parts) * COLUMNS_OF_PANEL;
    const end = Math.floor((panelsInAll * (part + 1)) / parts) * COLUMNS_OF_PANEL;
    return {
      ...product,
      columns: Math.min(end, columns) - first,
      panels: panels + 4 * depth * first,
      out: out + 4 * first,
      outStride,
      bias: bias && bias + 4 * first,
      residual: residual && residual + 4 * first,
    };
  });
}
