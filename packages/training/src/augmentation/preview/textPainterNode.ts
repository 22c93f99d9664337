// SPDX-License-Identifier: Apache-2.0
/** In Node jimp writes, with its own font: Latin letters without accents; for others it has a question mark. */
import type { TextPainter } from './textPainter.js';

export async function openTextPainter(): Promise<TextPainter> {
  const { Jimp, JimpMime, loadFont, measureText } = await import('jimp');
  const { SANS_12_BLACK } = await import('jimp/fonts');
  const font = await loadFont(SANS_12_BLACK);
  return {
    lineHeight: font.common.lineHeight,
    widthOf: (text) => measureText(font, text),
    async paint({ data, width, height }, lines) {
      const image = Jimp.fromBitmap({ data: Buffer.from(data), width, height });
      for (const { text, left, top } of lines) image.print({ font, x: left, y: top, text });
      return new Uint8Array(await image.getBuffer(JimpMime.png));
    },
  };
}
