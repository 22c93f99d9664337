// SPDX-License-Identifier: Apache-2.0
/**
 * Pictures into the pixel values that a vision tower reads, equal bit for bit to those of transformers' Pillow backend
 * (CLIPImageProcessorPil in 5.x, CLIPImageProcessor in 4.x):
 *
 *     RGB → resize → center crop → level × rescaleFactor → (value - imageMean) / imageStd
 */
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../../configuration/fields.js';
import { toSnakeCase } from '../../configuration/snakeCase.js';
import { ConfigurationError, InvalidArgumentError } from '../../errors.js';
import type { ModelFiles, PretrainedOptions } from '../../pretrained/modelFiles.js';
import { resolveModelFiles } from '../../pretrained/resolveModelFiles.js';
import { saveFiles } from '../../pretrained/saveFiles.js';
import { checkFloatImage, fromTensor, isFloatImage, toLevels } from './arrayImages.js';
import { type CropRounding, centerCrop, middleOf, type PicturePart } from './centerCrop.js';
import { type ImageInput, loadImage } from './loadImage.js';
import { pillowResize } from './pillowResize.js';
import { type PixelArray, type PixelArrays, padPixels, stackPixels } from './pixelBatch.js';
import {
  fromDisk,
  type ImageProcessorSettings,
  type PreprocessOptions,
  readSettings,
  SETTING_NAMES,
  toDisk,
} from './preprocessOptions.js';
import { readPreprocessorConfig } from './preprocessorConfig.js';
import type { PixelImage, RawImage } from './rawImage.js';
import type { ResamplingName } from './resampling.js';
import { type LevelFunction, mapLevels, perChannel, pillowLevels } from './rescaleNormalize.js';
import { checkResizedSize, checkResultSize, type PixelSize, resizedSize } from './resizeSize.js';
import { composeOnto, hasAlpha, toRgb } from './toRgb.js';

export interface PixelValues {
  /** float32 [batch, channels, height, width]; with dataFormat 'channels_last' [batch, height, width, channels]. */
  pixelValues: tf.Tensor4D;
}

type Images = ImageInput | readonly ImageInput[];

interface ProcessorClass<Processor> {
  new (options?: PreprocessOptions): Processor;
}

export interface CLIPImageProcessor extends Readonly<ImageProcessorSettings> {}

/**
 * ```ts
 * const processor = await CLIPImageProcessor.fromPretrained('emoji-clip');
 * const { pixelValues } = await processor.preprocess(['pizza.png', 'dog.png']); // float32 [2, 3, 48, 48]
 * ```
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: the constructor assigns every setting by its rule
export class CLIPImageProcessor {
  /** As `image_processor_type` names it on disk. */
  static readonly type: string = 'CLIPImageProcessor';
  readonly modelInputNames: readonly string[] = ['pixelValues'];
  /** Keys of preprocessor_config.json that are no setting; written back by `toJSON`. */
  readonly unknown: JSONObject;

  /** @throws ConfigurationError for a setting that no picture can be processed with */
  constructor(options: PreprocessOptions = {}) {
    const refuse = (message: string) => new ConfigurationError(message);
    const isSetting = (key: string) => (SETTING_NAMES as readonly string[]).includes(key);
    Object.assign(this, readSettings(options, refuse));
    this.unknown = Object.fromEntries(Object.entries(options).filter(([key]) => !isSetting(key)));
  }

  /**
   * @param idOrPath a folder, a URL, a Hugging Face id, or 'emoji-clip'
   * @throws ModelNotFoundError, ConfigurationError
   */
  static async fromPretrained<Processor extends CLIPImageProcessor>(
    this: ProcessorClass<Processor>,
    idOrPath: string | URL,
    options: PretrainedOptions = {},
  ): Promise<Processor> {
    const json = await readPreprocessorConfig(await resolveModelFiles(idOrPath, options));
    return createFromJSON(this, json.value, json.where);
  }

  /** Like `fromPretrained`, from files at hand. */
  static async fromModelFiles<Processor extends CLIPImageProcessor>(
    this: ProcessorClass<Processor>,
    files: ModelFiles,
    _options: PretrainedOptions = {},
  ): Promise<Processor> {
    const json = await readPreprocessorConfig(files);
    return createFromJSON(this, json.value, json.where);
  }

  /** From the content of a preprocessor_config.json of any age, whichever class of processor it names. */
  static fromJSON<Processor extends CLIPImageProcessor>(
    this: ProcessorClass<Processor>,
    json: JSONObject,
  ): Processor {
    return createFromJSON(this, json, 'preprocessor_config.json');
  }

  toJSON(): JSONObject {
    const { type } = this.constructor as typeof CLIPImageProcessor;
    return { ...this.unknown, ...toDisk(this), image_processor_type: type };
  }

  /** Writes preprocessor_config.json, which transformers opens too. */
  async savePretrained(directory: string): Promise<void> {
    const json = this.toJSON();
    await saveFiles(directory, {
      'preprocessor_config.json': `${JSON.stringify(json, sortedKeys(json), 2)}\n`,
    });
  }

  /**
   * @param options over the processor's own settings, for this call
   * @returns one tensor, the caller's to dispose; with `returnTensors: null` an array for each picture, which may be of
   *   different sizes
   * @throws InvalidArgumentError for an option or an image that cannot be used, and for pictures that end up of different
   *   sizes; ImageError for what is no picture, and for one too large as it comes or as it would be resized
   */
  preprocess(images: Images, options: PreprocessOptions & { returnTensors: null }): Promise<PixelArrays>;
  preprocess(images: Images, options?: PreprocessOptions & { returnTensors?: 'tf' }): Promise<PixelValues>;
  async preprocess(
    images: Images,
    { returnTensors = 'tf', ...options }: PreprocessOptions & { returnTensors?: 'tf' | null } = {},
  ): Promise<PixelValues | PixelArrays> {
    checkReturnTensors(returnTensors);
    const settings = this.settingsFor(options);
    const list = (Array.isArray(images) ? images : [images]) as readonly ImageInput[];
    if (list.length === 0) throw new InvalidArgumentError('images is empty; give at least one picture.');
    const pixels: PixelArray[] = [];
    for (const image of list) {
      for (const loaded of await readImage(image, settings)) pixels.push(this.process(loaded, settings));
    }
    const { doPad, padSize, dataFormat } = settings;
    const padded = doPad ? padPixels(pixels, padSize, dataFormat) : pixels;
    if (returnTensors) return { pixelValues: stackPixels(padded) };
    return { pixelValues: padded.map(({ data }) => data), shapes: padded.map(({ shape }) => shape) };
  }

  /** Only the part that a crop will keep. */
  protected resize(
    image: PixelImage,
    { width, height }: PixelSize,
    resample: ResamplingName,
    part: PicturePart,
  ): PixelImage {
    const { levels, areFractions } = toLevels(image);
    const resized = pillowResize(levels, width, height, resample, part);
    return areFractions
      ? { ...resized, data: Float32Array.from(resized.data, (v) => v * (1 / 255)) }
      : resized;
  }

  protected readonly cropRounding: CropRounding = Math.floor;

  protected levelFunction(settings: ImageProcessorSettings, mean: number, std: number): LevelFunction {
    return pillowLevels(settings, mean, std);
  }

  private process(loaded: PixelImage, settings: ImageProcessorSettings): PixelArray {
    const { doResize, size, resample, doCenterCrop, cropSize, doNormalize, dataFormat, maxPixels } = settings;
    let image = loaded;
    if (doResize) {
      const to = resizedSize(image, size);
      checkResizedSize(image, to, maxPixels);
      const kept = middleOf(to, doCenterCrop ? cropSize : to, this.cropRounding);
      image = this.resize(image, to, resample, kept);
    }
    if (doCenterCrop) image = centerCrop(image, cropSize, this.cropRounding);
    const { channels, height, width } = image;
    const means = doNormalize ? perChannel(settings.imageMean, channels, 'imageMean') : [];
    const stds = doNormalize ? perChannel(settings.imageStd, channels, 'imageStd') : [];
    const functions = Array.from({ length: channels }, (_, c) =>
      this.levelFunction(settings, means[c], stds[c]),
    );
    return {
      data: mapLevels(image, functions, dataFormat),
      shape: dataFormat === 'channels_first' ? [channels, height, width] : [height, width, channels],
    };
  }

  private settingsFor(options: PreprocessOptions): ImageProcessorSettings {
    const stranger = Object.keys(options).find((key) => !(SETTING_NAMES as readonly string[]).includes(key));
    if (stranger !== undefined) {
      throw new InvalidArgumentError(
        `preprocess has no option '${stranger}'; there are returnTensors, ${SETTING_NAMES.join(', ')}.`,
      );
    }
    const settings = readSettings(options, (message) => new InvalidArgumentError(message), this);
    if (settings.doCenterCrop) checkResultSize('cropSize', settings.cropSize, settings.maxPixels);
    if (settings.doPad && settings.padSize) checkResultSize('padSize', settings.padSize, settings.maxPixels);
    return settings;
  }
}

/** @throws InvalidArgumentError for what no processor returns */
export function checkReturnTensors(returnTensors: unknown): void {
  if (returnTensors === 'tf' || returnTensors === null) return;
  throw new InvalidArgumentError(`returnTensors must be 'tf' or null; got ${JSON.stringify(returnTensors)}.`);
}

async function readImage(image: ImageInput, settings: ImageProcessorSettings): Promise<PixelImage[]> {
  const { inputDataFormat, maxPixels } = settings;
  if (image instanceof tf.Tensor) return fromTensor(image, inputDataFormat, maxPixels);
  if (isFloatImage(image)) return [checkFloatImage(image, maxPixels)];
  return [toColours(await loadImage(image, { maxPixels }), settings)];
}

function toColours(image: RawImage, { alphaBackground, doConvertRgb }: ImageProcessorSettings): PixelImage {
  if (alphaBackground && hasAlpha(image)) return composeOnto(image, alphaBackground);
  return doConvertRgb ? toRgb(image) : image;
}

function createFromJSON<Processor>(
  processorClass: ProcessorClass<Processor>,
  json: JSONObject,
  where: string,
): Processor {
  const { options, unknown } = fromDisk(json);
  const { image_processor_type, feature_extractor_type, ...kept } = unknown;
  // Messages name settings as code spells them; a file spells them otherwise.
  const inFile = (message: string) => message.replace(/\b[a-z]+([A-Z][a-z]+)+\b/g, toSnakeCase);
  const refuse = (message: string) => new ConfigurationError(`${where}: ${inFile(message)}`);
  return new processorClass({ ...kept, ...readSettings(options, refuse) });
}

/** All keys of `json` and of what it holds, in the order of JSON that Python sorts. */
function sortedKeys(json: JSONObject): string[] {
  const keys = new Set<string>();
  JSON.stringify(json, (key, value) => {
    keys.add(key);
    return value;
  });
  return [...keys].sort();
}
