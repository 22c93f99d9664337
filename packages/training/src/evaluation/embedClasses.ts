// SPDX-License-Identifier: Apache-2.0
/** The vectors of classes: what a text tower says of their names in several sentences, on average. */
import * as tf from '@tensorflow/tfjs';
import { type CLIPProcessor, type CLIPTokenizer, pipeline, type TFCLIPModel } from 'tfjs-clip';

export interface ClassOptions {
  /** Sentences a forward pass. Default 64. */
  batchSize?: number;
  /** Cuts sentences that are longer than the model's context. Default false: they are refused. */
  truncation?: boolean;
  /** Told after each batch how many classes are done. */
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** [classes, projectionDim]: the mean of the unit vectors of a class's sentences, brought to unit length. */
export async function embedClasses(
  model: TFCLIPModel,
  processor: CLIPProcessor | CLIPTokenizer,
  classNames: readonly string[],
  templates: readonly string[],
  { batchSize = 64, truncation, onProgress, signal }: ClassOptions = {},
): Promise<tf.Tensor2D> {
  const embed = await pipeline('feature-extraction', { model, processor });
  const classesAtOnce = Math.max(1, Math.floor(batchSize / templates.length));
  const parts: tf.Tensor2D[] = [];
  try {
    for (let from = 0; from < classNames.length; from += classesAtOnce) {
      signal?.throwIfAborted();
      const names = classNames.slice(from, from + classesAtOnce);
      const sentences = names.flatMap((name) =>
        templates.map((template) => template.replaceAll('{}', () => name)),
      );
      const vectors = await embed(sentences, { normalize: true, truncation, batchSize });
      parts.push(meansOf(vectors, names.length));
      onProgress?.(from + names.length, classNames.length);
    }
    return tf.concat(parts);
  } finally {
    tf.dispose(parts);
  }
}

/** Disposes `vectors`, [classes · templates, size]. */
function meansOf(vectors: tf.Tensor2D, classes: number): tf.Tensor2D {
  const means = tf.tidy(() => {
    const mean: tf.Tensor2D = tf.mean(tf.reshape(vectors, [classes, -1, vectors.shape[1]]), 1);
    return tf.div(mean, tf.norm(mean, 2, 1, true)) as tf.Tensor2D;
  });
  vectors.dispose();
  return means;
}
