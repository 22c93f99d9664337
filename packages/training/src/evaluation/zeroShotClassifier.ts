// SPDX-License-Identifier: Apache-2.0
/** A vector for each class, in the space that pictures share; and its file. */
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader, saveSafetensors } from '@tfjs-clip/safetensors';
import {
  CheckpointError,
  type CLIPProcessor,
  type CLIPTokenizer,
  InvalidArgumentError,
  type TFCLIPModel,
} from 'tfjs-clip';
import { embedClasses } from './embedClasses.js';

const CLASSES = 'classes';
/**
 * What the cosine of a class's vector and the same made anew may lack of 1: more than the rounding of backends and of 8-bit
 * weights, less than any training does.
 */
const TOLERANCE = 1e-4;

export class ZeroShotClassifier {
  /** @param vectors [classes, projectionDim], of length 1; the classifier's from now on */
  constructor(
    readonly classNames: readonly string[],
    readonly templates: readonly string[],
    readonly vectors: tf.Tensor2D,
  ) {}

  /**
   * From what `save` wrote. The first class's vector is made anew: a classifier of another model, or of the same one before it
   * was trained further, is refused. What only the vision tower learnt does not matter to it.
   *
   * @throws CheckpointError for another file, or another model's classifier; nothing stays allocated then
   */
  static async load(
    file: string | URL | Blob | Uint8Array,
    model: TFCLIPModel,
    processor: CLIPProcessor | CLIPTokenizer,
  ): Promise<ZeroShotClassifier> {
    const classifier = await readClassifier(file);
    try {
      await checkModel(classifier, model, processor);
      return classifier;
    } catch (error) {
      classifier.dispose();
      throw error;
    }
  }

  /** Cosines [pictures, classes] of pictures' unit vectors [pictures, projectionDim]; times exp(logit_scale) they are logits. */
  scores(imageEmbeds: tf.Tensor2D): tf.Tensor2D {
    const size = this.vectors.shape[1];
    if (imageEmbeds.shape[1] === size) return tf.matMul(imageEmbeds, this.vectors, false, true);
    throw new InvalidArgumentError(
      `imageEmbeds is [${imageEmbeds.shape}], but the vectors of this classifier have ${size} numbers.`,
    );
  }

  /** One safetensors file, with the names and templates in its header. Node only. */
  async save(file: string): Promise<void> {
    const data = (await this.vectors.data()) as Float32Array;
    const tensor = { name: CLASSES, dtype: 'F32' as const, shape: this.vectors.shape, data };
    await saveSafetensors(file, [tensor], {
      class_names: JSON.stringify(this.classNames),
      templates: JSON.stringify(this.templates),
    });
  }

  dispose(): void {
    this.vectors.dispose();
  }
}

async function readClassifier(file: string | URL | Blob | Uint8Array): Promise<ZeroShotClassifier> {
  const reader = await SafetensorsReader.open(await openSource(file));
  try {
    const classNames = stringsOf(reader.metadata.class_names);
    const templates = stringsOf(reader.metadata.templates);
    const shape = reader.has(CLASSES) ? reader.info(CLASSES).shape : [];
    if (!classNames || !templates?.length || shape.length !== 2 || shape[0] !== classNames.length) {
      throw new CheckpointError(
        `${typeof file === 'string' || file instanceof URL ? file : 'The file'} is no zero-shot classifier: it lacks the ` +
          'vectors of classes, their names or the templates.',
      );
    }
    const values = await reader.float32(CLASSES);
    return new ZeroShotClassifier(classNames, templates, tf.tensor2d(values, shape as [number, number]));
  } finally {
    await reader.close();
  }
}

function stringsOf(json: string | undefined): string[] | null {
  try {
    const value: unknown = JSON.parse(json ?? '');
    return Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;
  } catch {
    return null;
  }
}

async function checkModel(
  { classNames, templates, vectors }: ZeroShotClassifier,
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPTokenizer,
): Promise<void> {
  const [, size] = vectors.shape;
  if (size !== model.config.projectionDim) {
    throw new CheckpointError(
      `The classifier has vectors of ${size} numbers, but this model's have ${model.config.projectionDim}: it was made with ` +
        'another model.',
    );
  }
  const anew = await embedClasses(model, processor, classNames.slice(0, 1), templates, { truncation: true });
  const product = tf.tidy(() => tf.sum(tf.mul(anew, tf.slice(vectors, 0, 1))));
  const [cosine] = await product.data();
  tf.dispose([anew, product]);
  if (cosine > 1 - TOLERANCE) return;
  throw new CheckpointError(
    `The classifier was made with another model: its vector of '${classNames[0]}' and this model's have a cosine of ` +
      `${cosine.toFixed(4)}, not 1. Make it anew with buildZeroShotClassifier.`,
  );
}
