// SPDX-License-Identifier: Apache-2.0
/** Browsers write on a canvas. */
import type { TextPainter } from './textPainter.js';

const FONT = '12px sans-serif';

export async function openTextPainter(): Promise<TextPainter> {
  const ruler = contextOf(new OffscreenCanvas(1, 1));
  return {
    lineHeight: 17,
    widthOf: (text) => ruler.measureText(text).width,
    async paint({ data, width, height }, lines) {
      const canvas = new OffscreenCanvas(width, height);
      const context = contextOf(canvas);
      context.putImageData(new ImageData(new Uint8ClampedArray(data), width, height), 0, 0);
      for (const { text, left, top } of lines) context.fillText(text, left, top);
      const blob = await canvas.convertToBlob({ type: 'image/png' });
      return new Uint8Array(await blob.arrayBuffer());
    },
  };
}

function contextOf(canvas: OffscreenCanvas): OffscreenCanvasRenderingContext2D {
  const context = canvas.getContext('2d')!;
  context.font = FONT;
  context.textBaseline = 'top';
  return context;
}
