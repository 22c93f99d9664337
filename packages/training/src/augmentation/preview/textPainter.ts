// SPDX-License-Identifier: Apache-2.0
/** What a platform offers to write on pictures. */
import type { RawImage } from 'tfjs-clip';

export interface Line {
  text: string;
  /** Of its upper left corner. */
  left: number;
  top: number;
}

export interface TextPainter {
  readonly lineHeight: number;
  widthOf(text: string): number;
  /** The RGBA picture with the lines on it, in black, as a PNG. */
  paint(image: RawImage, lines: readonly Line[]): Promise<Uint8Array>;
}
