// SPDX-License-Identifier: Apache-2.0
/** From the numbers that a model reads back to the picture that it sees. */
import type { ImageProcessorSettings, RawImage } from 'tfjs-clip';

type Levels = Pick<
  ImageProcessorSettings,
  'doRescale' | 'rescaleFactor' | 'doNormalize' | 'imageMean' | 'imageStd'
>;

/** level = (value × std + mean) / rescaleFactor, where the processor did both; RGBA. @param pixels [3, height, width] */
export function denormalize(
  pixels: Float32Array,
  height: number,
  width: number,
  { doRescale, rescaleFactor, doNormalize, imageMean, imageStd }: Levels,
): RawImage {
  const count = height * width;
  const data = new Uint8Array(4 * count).fill(255);
  for (let c = 0; c < 3; c++) {
    const [mean, std] = doNormalize ? [channelOf(imageMean, c), channelOf(imageStd, c)] : [0, 1];
    const factor = doRescale ? rescaleFactor : 1;
    for (let i = 0; i < count; i++) {
      const level = Math.round((pixels[c * count + i] * std + mean) / factor);
      data[4 * i + c] = Math.min(255, Math.max(0, level));
    }
  }
  return { data, width, height, channels: 4 };
}

function channelOf(values: number | readonly number[], channel: number): number {
  return typeof values === 'number' ? values : values[channel];
}
