// SPDX-License-Identifier: Apache-2.0
/** Texts and pictures into what a CLIP model reads: the tokenizer and the image processor as one. Mirrors HF CLIPProcessor. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../errors.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';
import { saveFiles } from '../pretrained/saveFiles.js';
import { checkReturnTensors } from './image/clipImageProcessor.js';
import {
  CLIPImageProcessor,
  type ImageInput,
  type PixelArrays,
  type PixelValues,
  type PreprocessOptions,
} from './image/index.js';
import { type BatchEncoding, type CallOptions, CLIPTokenizer, type TextInput } from './tokenizer/index.js';

/** `text`, `images` or both; what is not named here are options of CLIPTokenizer.call. */
export interface ProcessorInputs extends Omit<CallOptions, 'returnTensors'> {
  text?: TextInput;
  images?: ImageInput | readonly ImageInput[];
  /** Options of CLIPImageProcessor.preprocess, such as `alphaBackground`. */
  imageOptions?: PreprocessOptions;
  /** 'tf': tensors (default), for which texts of different lengths need `padding` or `truncation`; null: numbers. */
  returnTensors?: 'tf' | null;
}

/** inputIds, attentionMask … if `text` was given, pixelValues if `images` were. */
export type BatchFeature<Inputs extends ProcessorInputs> = Inputs extends { returnTensors: null }
  ? Part<Inputs, 'text', BatchEncoding<number[] | number[][]>> & Part<Inputs, 'images', PixelArrays>
  : Part<Inputs, 'text', BatchEncoding<tf.Tensor2D>> & Part<Inputs, 'images', PixelValues>;

type Part<Inputs, Key extends string, Features> = Key extends keyof Inputs
  ? undefined extends Inputs[Key]
    ? Partial<Features>
    : Features
  : unknown;

/**
 * ```ts
 * const processor = await CLIPProcessor.fromPretrained('emoji-clip');
 * const inputs = await processor.call({ text: ['a pizza', 'a dog'], images: 'pizza.png', padding: true });
 * const { logitsPerImage } = model.call(inputs);
 * ```
 */
export class CLIPProcessor {
  readonly imageProcessor: CLIPImageProcessor;
  readonly tokenizer: CLIPTokenizer;
  readonly modelInputNames: readonly string[] = ['inputIds', 'attentionMask', 'pixelValues'];

  /** With a CLIPImageProcessorFast, pictures are processed as that does. */
  constructor({
    imageProcessor,
    tokenizer,
  }: { imageProcessor: CLIPImageProcessor; tokenizer: CLIPTokenizer }) {
    if (!(imageProcessor instanceof CLIPImageProcessor && tokenizer instanceof CLIPTokenizer)) {
      throw new InvalidArgumentError(
        'A CLIPProcessor is made of { imageProcessor, tokenizer }, a CLIPImageProcessor and a CLIPTokenizer; to load ' +
          'both, use CLIPProcessor.fromPretrained.',
      );
    }
    this.imageProcessor = imageProcessor;
    this.tokenizer = tokenizer;
  }

  /**
   * @param idOrPath a folder, a URL, a Hugging Face id, or 'emoji-clip'
   * @throws ModelNotFoundError, ConfigurationError
   */
  static async fromPretrained(
    idOrPath: string | URL,
    options: PretrainedOptions = {},
  ): Promise<CLIPProcessor> {
    return CLIPProcessor.fromModelFiles(await resolveModelFiles(idOrPath, options), options);
  }

  /** Like `fromPretrained`, from files at hand. */
  static async fromModelFiles(files: ModelFiles, options: PretrainedOptions = {}): Promise<CLIPProcessor> {
    return new CLIPProcessor({
      imageProcessor: await CLIPImageProcessor.fromModelFiles(files, options),
      tokenizer: await CLIPTokenizer.fromModelFiles(files, options),
    });
  }

  /** Writes the files of both, which transformers opens too. */
  async savePretrained(directory: string): Promise<void> {
    await this.imageProcessor.savePretrained(directory);
    await this.tokenizer.savePretrained(directory);
    // One that transformers 5 wrote here before would go before preprocessor_config.json.
    await saveFiles(directory, { 'processor_config.json': '{\n  "processor_class": "CLIPProcessor"\n}\n' });
  }

  /**
   * The tensors are the caller's to dispose; after an error there are none.
   *
   * @throws InvalidArgumentError for neither text nor images, and what CLIPTokenizer.call and
   *   CLIPImageProcessor.preprocess throw
   */
  async call<const Inputs extends ProcessorInputs>(inputs: Inputs): Promise<BatchFeature<Inputs>> {
    const { text, images, imageOptions, returnTensors = 'tf', ...tokenizerOptions } = inputs;
    if (text == null && images == null) {
      throw new InvalidArgumentError(
        "There is nothing to process: give text, images or both, such as { text: ['a cat'], images: 'cat.jpg' }.",
      );
    }
    checkReturnTensors(returnTensors);
    const encoding =
      text == null
        ? {}
        : this.tokenizer.call(text, { ...tokenizerOptions, returnTensors: returnTensors ?? undefined });
    try {
      const pixels =
        images == null
          ? {}
          : await this.imageProcessor.preprocess(images, { ...imageOptions, returnTensors } as never);
      return { ...encoding, ...(pixels as object) } as BatchFeature<Inputs>;
    } catch (error) {
      tf.dispose(encoding as tf.TensorContainer);
      throw error;
    }
  }

  /** CLIPTokenizer.decode */
  decode(...args: Parameters<CLIPTokenizer['decode']>): string {
    return this.tokenizer.decode(...args);
  }

  /** CLIPTokenizer.batchDecode */
  batchDecode(...args: Parameters<CLIPTokenizer['batchDecode']>): string[] {
    return this.tokenizer.batchDecode(...args);
  }
}
