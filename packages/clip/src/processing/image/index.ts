// SPDX-License-Identifier: Apache-2.0
/** Pictures into pixel values. */
export {
  CLIPImageProcessor,
  CLIPImageProcessor as CLIPImageProcessorPil,
  CLIPImageProcessor as CLIPFeatureExtractor,
  type PixelValues,
} from './clipImageProcessor.js';
export { CLIPImageProcessorFast } from './clipImageProcessorFast.js';
export { type ImageInput, type LoadImageOptions, loadImage, type PixelInput } from './loadImage.js';
export type { PixelArrays, PixelShape } from './pixelBatch.js';
export type {
  ImageProcessorSettings,
  PreprocessOptions,
} from './preprocessOptions.js';
export type { FloatImage, RawImage } from './rawImage.js';
export type { Resampling, ResamplingName } from './resampling.js';
export type { DataFormat } from './rescaleNormalize.js';
export type { PixelSize, ResizeSize } from './resizeSize.js';
export { hasTransparency, type Rgb } from './toRgb.js';
