// SPDX-License-Identifier: Apache-2.0
import type { PixelImage } from './rawImage.js';

/** Fills `out`, row by row, with the pixels at the given columns and rows: a resize that takes the nearest. */
export function pickPixels<Values extends Uint8Array | Float32Array>(
  { data, width, channels }: PixelImage,
  columns: Int32Array,
  rows: Int32Array,
  out: Values,
): Values {
  let at = 0;
  for (const row of rows) {
    for (const column of columns) {
      const source = (row * width + column) * channels;
      for (let c = 0; c < channels; c++) out[at++] = data[source + c];
    }
  }
  return out;
}
