// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../../errors.js';
import type { ModelFiles, PretrainedOptions } from '../../pretrained/modelFiles.js';
import { resolveModelFiles } from '../../pretrained/resolveModelFiles.js';
import { saveFiles } from '../../pretrained/saveFiles.js';
import { BPE } from './bpe.js';
import {
  type BatchEncoding,
  type CallOptions,
  type PadOptions,
  resolveSettings,
  type Settings,
  type Side,
  type TextInput,
} from './callOptions.js';
import { padEncodings } from './padding.js';
import { makeRows, padRows, type Row, toBatchEncoding } from './rows.js';
import {
  type CLIPTextEncoder,
  type EncodedText,
  HuggingFaceTextEncoder,
  type Offset,
  OpenAITextEncoder,
  type TextEncoderOptions,
} from './textEncoder.js';
import { readTexts, type TextParts } from './textInput.js';
import { TokenizerBase } from './tokenizerBase.js';
import { readTokenizerFiles } from './tokenizerFiles.js';
import { mergesText, tokenizerConfigJSON, tokenizerJSON, vocabJSON } from './tokenizerJSON.js';
import type { CLIPTokenizerOptions } from './tokenizerOptions.js';
import { truncate } from './truncation.js';

export type TokenizerPretrainedOptions = PretrainedOptions &
  Partial<Omit<CLIPTokenizerOptions, 'vocab' | 'merges'>>;

/** Python's VERY_LARGE_INTEGER, for files that do not say how many tokens the model reads. */
const NO_LIMIT = 1e30;
const OPENAI_LIMIT = 77;

/**
 * CLIP's tokenizer: byte pair encoding of lower-cased text, with the ids of transformers' CLIPTokenizer.
 *
 * ```ts
 * const tokenizer = await CLIPTokenizer.fromPretrained('emoji-clip');
 * tokenizer.tokenize('A photo of a dog'); // ['a</w>', 'photo</w>', 'of</w>', 'a</w>', 'dog</w>']
 * const { inputIds, attentionMask } = tokenizer.call(['a cat', 'two dogs'], { padding: true, returnTensors: 'tf' });
 * ```
 */
export class CLIPTokenizer extends TokenizerBase {
  modelMaxLength: number;
  paddingSide: Side;
  truncationSide: Side;
  private readonly encoder: CLIPTextEncoder;

  /** @throws ConfigurationError if the vocabulary, the merges and the tokens do not fit together */
  constructor(options: CLIPTokenizerOptions) {
    super(options);
    this.modelMaxLength = options.modelMaxLength ?? (this.mode === 'openai' ? OPENAI_LIMIT : NO_LIMIT);
    this.paddingSide = options.paddingSide ?? 'right';
    this.truncationSide = options.truncationSide ?? 'right';
    const { vocabulary, addedTokens } = this.table;
    const bpe = new BPE(vocabulary, this.unkTokenId);
    this.encoder =
      this.mode === 'openai'
        ? new OpenAITextEncoder(bpe, addedTokens)
        : new HuggingFaceTextEncoder(vocabulary, bpe, addedTokens);
  }

  /** @throws ModelNotFoundError, ConfigurationError */
  static async fromPretrained(
    idOrPath: string | URL,
    options: TokenizerPretrainedOptions = {},
  ): Promise<CLIPTokenizer> {
    return CLIPTokenizer.fromModelFiles(await resolveModelFiles(idOrPath, options), options);
  }

  /** What `options` names takes precedence over the files. */
  static async fromModelFiles(
    files: ModelFiles,
    options: TokenizerPretrainedOptions = {},
  ): Promise<CLIPTokenizer> {
    const saved = await readTokenizerFiles(files);
    const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
    const merged = { ...saved, ...given };
    // Files name a token for padding; OpenAI's code knows of no such files and pads with 0.
    if (merged.mode === 'openai') merged.padToken = options.padToken;
    return new CLIPTokenizer(merged);
  }

  call(
    text: string,
    options?: CallOptions & {
      returnTensors?: undefined;
      returnOverflowingTokens?: false;
      isSplitIntoWords?: false;
    },
  ): BatchEncoding<number[]>;
  call(
    text: readonly string[],
    options?: CallOptions & { returnTensors?: undefined; isSplitIntoWords?: false },
  ): BatchEncoding<number[][]>;
  call(text: TextInput, options: CallOptions & { returnTensors: 'tf' }): BatchEncoding<tf.Tensor2D>;
  call(text: TextInput, options?: CallOptions): BatchEncoding;
  /**
   * Tokenizes a text or several; what `options` leaves open is as in transformers.
   *
   * @throws InvalidArgumentError for options that mean nothing, TokenizationError for texts that cannot be cut or made
   *     a tensor as asked
   */
  call(text: TextInput, options: CallOptions = {}): BatchEncoding {
    const settings = resolveSettings(options, this);
    const { isBatched, texts, pairs } = readTexts(text, options);
    if (options.returnOffsetsMapping && this.mode === 'openai') {
      throw new InvalidArgumentError(
        "returnOffsetsMapping needs mode 'hf': OpenAI's cleaning loses where text was.",
      );
    }
    const { addSpecialTokens = true, returnSpecialTokensMask = false, returnOverflowingTokens } = options;
    const [ofFirst, ofSecond] = [true, false].map((isFirst) => toEncoderOptions(options, settings, isFirst));
    const rows = texts.flatMap((first, sample): Row[] => {
      const second = pairs[sample];
      const cut = truncate(
        this.encodeParts(first, ofFirst),
        second && this.encodeParts(second, ofSecond),
        addSpecialTokens ? this.numSpecialTokensToAdd(second !== null) : 0,
        settings,
      );
      const made = makeRows(cut, addSpecialTokens ? this.markers : null, returnSpecialTokensMask, sample);
      return returnOverflowingTokens ? made : made.slice(0, 1);
    });
    return toBatchEncoding(padRows(rows, settings, this.padTokenId), isBatched, options);
  }

  /** The ids of one text, or of a pair. */
  encode(
    text: string,
    options: Omit<CallOptions, 'returnTensors' | 'returnOverflowingTokens'> = {},
  ): number[] {
    return this.call(text, options as CallOptions & { isSplitIntoWords?: false }).inputIds as number[];
  }

  /** The tokens of a text, without those that mark its start and end unless told so. */
  tokenize(text: string, options: Pick<CallOptions, 'textPair' | 'addSpecialTokens'> = {}): string[] {
    return this.convertIdsToTokens(this.encode(text, { addSpecialTokens: false, ...options })) as string[];
  }

  /** Pads what `call` returned, as one batch. */
  pad(
    encodings: BatchEncoding<number[]> | BatchEncoding<number[][]> | readonly BatchEncoding<number[]>[],
    options: PadOptions = {},
  ): BatchEncoding {
    const settings = resolveSettings(
      { ...options, padding: options.padding ?? true, truncation: false },
      this,
    );
    return padEncodings(encodings, settings, this.padTokenId, options);
  }

  /** Writes vocab.json and merges.txt, and returns their names. */
  async saveVocabulary(directory: string, filenamePrefix?: string): Promise<string[]> {
    const prefix = filenamePrefix ? `${filenamePrefix}-` : '';
    const files = {
      [`${prefix}vocab.json`]: vocabJSON(this.table.vocabulary),
      [`${prefix}merges.txt`]: mergesText(this.table.vocabulary),
    };
    await saveFiles(directory, files);
    return Object.keys(files);
  }

  /** Writes tokenizer.json, tokenizer_config.json, vocab.json and merges.txt, for us and for transformers. */
  async savePretrained(directory: string): Promise<void> {
    await saveFiles(directory, {
      'tokenizer.json': tokenizerJSON(this.table, this.markers, this.unkToken),
      'tokenizer_config.json': tokenizerConfigJSON(this, this.named),
    });
    await this.saveVocabulary(directory);
  }

  private encodeParts(parts: TextParts, options: TextEncoderOptions): EncodedText {
    const encoded = parts.map((part) => this.encoder.encode(part, options));
    if (encoded.length === 1) return encoded[0];
    return {
      ids: encoded.flatMap(({ ids }) => ids),
      offsets: options.withOffsets ? encoded.flatMap(({ offsets }) => offsets as Offset[]) : null,
    };
  }
}

function toEncoderOptions(options: CallOptions, settings: Settings, isFirst: boolean): TextEncoderOptions {
  const { returnOffsetsMapping = false, splitSpecialTokens = false, returnOverflowingTokens } = options;
  const { truncateTo, truncation, truncationSide } = settings;
  const isWhole = truncateTo === null || returnOverflowingTokens || (isFirst && truncation === 'only_second');
  return {
    withOffsets: returnOffsetsMapping,
    splitSpecialTokens,
    limit: isWhole ? Number.POSITIVE_INFINITY : truncateTo,
    limitSide: truncationSide,
  };
}
