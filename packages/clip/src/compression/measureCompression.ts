// SPDX-License-Identifier: Apache-2.0
/** What smaller weights cost: how far a model's embeddings move, and how often its first answer is another. */
import type * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from '../errors.js';
import { TFCLIPModel } from '../models/index.js';
import { checkBatchSize, DEFAULT_BATCH_SIZE, inBatches } from '../pipelines/batches.js';
import { featureExtraction } from '../pipelines/featureExtraction.js';
import { imageFeatureExtraction } from '../pipelines/imageFeatureExtraction.js';
import type { ZeroShotParts } from '../pipelines/zeroShotImageClassification.js';
import type { PretrainedOptions } from '../pretrained/modelFiles.js';
import { checkTypes, type SavePretrainedOptions } from '../pretrained/saveModel.js';
import { CLIPProcessor } from '../processing/clipProcessor.js';
import type { ImageInput, PreprocessOptions } from '../processing/image/index.js';
import { type Cosines, cosines, type Embeddings, sameNearest } from './compareEmbeddings.js';
import { memoryModelFiles, savedBytes, saveToMemory } from './memoryModel.js';

/** How weights are stored, as savePretrained takes it. */
export type WeightStorage = Pick<SavePretrainedOptions, 'dtype' | 'quantization'>;

export interface CompressionOptions {
  /** Pictures of the kind that the model is for. */
  images: readonly ImageInput[];
  /** Texts of that kind; for the pictures' first answers, whole sentences as a classification would make them. */
  texts: readonly string[];
  /** What to measure. Default: F16, BF16, int8, and int4 in groups of 32 and of 64, the last three with F16 beside them. */
  storages?: readonly WeightStorage[];
  /** Pictures, and texts, a forward pass. Default 16. */
  batchSize?: number;
  /** Options of CLIPImageProcessor.preprocess, such as `alphaBackground`. */
  imageOptions?: PreprocessOptions;
  /** Cuts texts that are longer than the model's context. Default false: they are refused. */
  truncation?: boolean;
  /** Told how many pictures and texts are done, of those of the model as it is and of each storage. */
  progress?: (done: number, total: number) => void;
}

export interface CompressionReport {
  /** What savePretrained writes without options: all weights as float32. */
  original: { bytes: number };
  /** In the order of `storages`. */
  compressed: CompressionCost[];
}

export interface CompressionCost {
  storage: WeightStorage;
  /** Of the weights' file. */
  bytes: number;
  /** Between each picture's embedding and that of the model as it was given. */
  images: Cosines;
  texts: Cosines;
  /** The share of the pictures whose nearest text is still the same. */
  top1Agreement: number;
}

/** The smallest files that keep what is not quantized, embeddings above all, nearly as it is. */
const STORAGES: readonly WeightStorage[] = [
  { dtype: 'F16' },
  { dtype: 'BF16' },
  { dtype: 'F16', quantization: { type: 'int8' } },
  { dtype: 'F16', quantization: { type: 'int4', group: 32 } },
  { dtype: 'F16', quantization: { type: 'int4', group: 64 } },
];

/**
 * ```ts
 * const { compressed } = await measureCompression('emoji-clip', { images: ['pizza.png'], texts: ['a pizza', 'a dog'] });
 * for (const { storage, bytes, images, top1Agreement } of compressed) console.log(storage, bytes, images.min, top1Agreement);
 * ```
 * Compares with the model as it is, and leaves it so. Each storage is really written and read, in memory: besides the model
 * there are its smaller file and a second model, one storage after another.
 *
 * @param model an id, folder or URL as for `fromPretrained`, or `{ model, processor }` loaded before
 * @throws InvalidArgumentError for an empty list or a storage that does not exist, and what `fromPretrained` throws
 */
export async function measureCompression(
  model: string | URL | ZeroShotParts,
  options: CompressionOptions,
  pretrained: PretrainedOptions = {},
): Promise<CompressionReport> {
  check(options);
  if (typeof model !== 'string' && !(model instanceof URL)) return measure(model, options);
  const processor = await CLIPProcessor.fromPretrained(model, pretrained);
  const loaded = await TFCLIPModel.fromPretrained(model, pretrained);
  try {
    return await measure({ model: loaded, processor }, options);
  } finally {
    loaded.dispose();
  }
}

function check({ images, texts, storages = STORAGES, batchSize }: CompressionOptions): void {
  if (!Array.isArray(images) || !Array.isArray(texts) || images.length === 0 || texts.length === 0) {
    throw new InvalidArgumentError('measureCompression needs { images, texts }, lists of at least one each.');
  }
  checkBatchSize(batchSize ?? DEFAULT_BATCH_SIZE);
  for (const { dtype = 'F32', quantization } of storages) checkTypes(dtype, quantization?.type);
}

async function measure(parts: ZeroShotParts, options: CompressionOptions): Promise<CompressionReport> {
  const { images, texts, storages = STORAGES, progress } = options;
  const total = (images.length + texts.length) * (1 + storages.length);
  let done = 0;
  const embedded = (count: number) => {
    done += count;
    progress?.(done, total);
  };
  const original = await embed(parts, options, embedded);
  const compressed: CompressionCost[] = [];
  for (const storage of storages) {
    const { model, bytes } = await compress(parts.model, storage);
    try {
      const now = await embed({ ...parts, model }, options, embedded);
      compressed.push({
        storage,
        bytes,
        images: cosines(original.images, now.images),
        texts: cosines(original.texts, now.texts),
        top1Agreement: sameNearest(original, now),
      });
    } finally {
      model.dispose();
    }
  }
  return { original: { bytes: await savedBytes(parts.model, {}) }, compressed };
}

async function compress(model: TFCLIPModel, storage: WeightStorage) {
  const weights = await saveToMemory(model, storage);
  const bytes = [...weights.values()].reduce((sum, file) => sum + file.length, 0);
  return { bytes, model: await TFCLIPModel.fromModelFiles(memoryModelFiles(model, weights)) };
}

/** @param embedded told after each forward pass how many pictures or texts went through it */
async function embed(
  { model, processor }: ZeroShotParts,
  { images, texts, batchSize = DEFAULT_BATCH_SIZE, imageOptions, truncation }: CompressionOptions,
  embedded: (count: number) => void,
): Promise<Embeddings> {
  const ofImages = imageFeatureExtraction({ model, processor }, () => {});
  const ofTexts = featureExtraction({ model, processor }, () => {});
  const embeddings: Embeddings = { images: [], texts: [] };
  for await (const batch of inBatches(images, batchSize)) {
    embeddings.images.push(
      ...(await rows(await ofImages(batch, { normalize: true, batchSize, imageOptions }))),
    );
    embedded(batch.length);
  }
  for await (const batch of inBatches(texts, batchSize)) {
    embeddings.texts.push(...(await rows(await ofTexts(batch, { normalize: true, batchSize, truncation }))));
    embedded(batch.length);
  }
  return embeddings;
}

async function rows(embeddings: tf.Tensor2D): Promise<number[][]> {
  try {
    return await embeddings.array();
  } finally {
    embeddings.dispose();
  }
}
