// SPDX-License-Identifier: Apache-2.0
/**
 * CLIPImageProcessor with the arithmetic of transformers' torchvision backend (CLIPImageProcessorFast in 4.x,
 * CLIPImageProcessor in 5.x): torch's antialiased resize, another share of odd padding, rescaling and normalising fused.
 */
import type { PicturePart } from './centerCrop.js';
import { CLIPImageProcessor } from './clipImageProcessor.js';
import type { ImageProcessorSettings } from './preprocessOptions.js';
import type { PixelImage } from './rawImage.js';
import type { ResamplingName } from './resampling.js';
import { type LevelFunction, torchvisionLevels } from './rescaleNormalize.js';
import type { PixelSize } from './resizeSize.js';
import { torchvisionResize } from './torchvisionResize.js';

export class CLIPImageProcessorFast extends CLIPImageProcessor {
  static override readonly type = 'CLIPImageProcessorFast';

  protected override resize(
    image: PixelImage,
    { width, height }: PixelSize,
    resample: ResamplingName,
    part: PicturePart,
  ): PixelImage {
    return torchvisionResize(image, width, height, resample, part);
  }

  protected override readonly cropRounding = Math.trunc;

  protected override levelFunction(
    settings: ImageProcessorSettings,
    mean: number,
    std: number,
  ): LevelFunction {
    return torchvisionLevels(settings, mean, std);
  }
}
