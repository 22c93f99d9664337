// SPDX-License-Identifier: Apache-2.0
/** From an encoded picture to the pixel values that a model reads. It is told what to do in data only, so that a worker can be. */
import { CLIPImageProcessor, CLIPImageProcessorFast, loadImage, TFCLIPError } from 'tfjs-clip';
import { type AugmentationConfig, imageAugmentation } from '../../augmentation/imageAugmentation.js';
import { randomFor } from '../../random.js';
import { concurrency } from '../concurrency.js';

export interface ReaderSettings {
  /** `toJSON()` of the image processor. */
  imageProcessor: Record<string, unknown>;
  augmentation: AugmentationConfig;
  /** Decides how a picture is changed, with its epoch and key. */
  seed: number;
}

export interface EncodedPicture {
  key: string;
  epoch: number;
  bytes: Uint8Array;
}

/** `shape` is [channels, height, width]; a problem is what is wrong with the picture. */
export type DecodedPicture =
  | { pixels: Float32Array<ArrayBuffer>; shape: [number, number, number] }
  | { problem: string };

export type PictureReader = (picture: EncodedPicture) => Promise<DecodedPicture>;

export interface PictureDecoder {
  /** @throws if the decoder itself fails, or was closed */
  decode: PictureReader;
  close(): Promise<void>;
}

export function pictureReader({ imageProcessor, augmentation, seed }: ReaderSettings): PictureReader {
  const isFast = imageProcessor.image_processor_type === CLIPImageProcessorFast.type;
  const processor = (isFast ? CLIPImageProcessorFast : CLIPImageProcessor).fromJSON(imageProcessor);
  const { maxPixels } = processor;
  const augment = imageAugmentation(augmentation);
  return async ({ key, epoch, bytes }) => {
    try {
      const loaded = await loadImage(bytes, { maxPixels });
      const image = augment(loaded, randomFor(seed, 'image', epoch, key));
      const options = { returnTensors: null, dataFormat: 'channels_first' } as const;
      const { pixelValues, shapes } = await processor.preprocess(image, options);
      return { pixels: pixelValues[0] as Float32Array<ArrayBuffer>, shape: shapes[0] };
    } catch (error) {
      if (!(error instanceof TFCLIPError)) throw error; // not the picture's fault
      return { problem: error.message };
    }
  };
}

/** Decoded pictures are large; those that are being decoded are few. */
const AT_A_TIME = 4;

/** Where there are no workers. */
export function decoderHere(settings: ReaderSettings): PictureDecoder {
  const read = pictureReader(settings);
  const inTurn = concurrency(AT_A_TIME);
  return { decode: (picture) => inTurn(() => read(picture)), close: async () => {} };
}
