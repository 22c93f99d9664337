// SPDX-License-Identifier: Apache-2.0
/** Pictures into pixel values. */

// Pillow's own steps on decoded pictures, for those who change pictures before the processor reads them.
export { cut, type PicturePart } from './centerCrop.js';
export {
  CLIPImageProcessor,
  CLIPImageProcessor as CLIPImageProcessorPil,
  CLIPImageProcessor as CLIPFeatureExtractor,
  type PixelValues,
} from './clipImageProcessor.js';
export { CLIPImageProcessorFast } from './clipImageProcessorFast.js';
export { type ImageInput, type LoadImageOptions, loadImage, type PixelInput } from './loadImage.js';
export { pillowResize } from './pillowResize.js';
export type { PixelArrays, PixelShape } from './pixelBatch.js';
export { premultiply, unpremultiply } from './premultiply.js';
export type {
  ImageProcessorSettings,
  PreprocessOptions,
} from './preprocessOptions.js';
export type { FloatImage, RawImage } from './rawImage.js';
export type { Resampling, ResamplingName } from './resampling.js';
export type { DataFormat } from './rescaleNormalize.js';
export type { PixelSize, ResizeSize } from './resizeSize.js';
export { composeOnto, hasTransparency, type Rgb, toRgb } from './toRgb.js';
