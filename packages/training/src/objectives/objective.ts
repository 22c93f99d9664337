// SPDX-License-Identifier: Apache-2.0
import type * as tf from '@tensorflow/tfjs';

/** The embeddings of a batch, and which belong together. */
export interface EmbeddedBatch {
  /** Unit vectors, [texts, projectionDim]. */
  textEmbeds: tf.Tensor2D;
  /** Unit vectors, [images, projectionDim]. */
  imageEmbeds: tf.Tensor2D;
  /** [], used as exp(logitScale). */
  logitScale: tf.Tensor;
  /** Text i and picture j are a pair where these are equal, [texts] and [images]. */
  groupOfText: Int32Array;
  groupOfImage: Int32Array;
}

export type Groups = Pick<EmbeddedBatch, 'groupOfText' | 'groupOfImage'>;

export interface Objective {
  readonly name: string;
  /** What the objective itself learns, beside the model. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** A scalar, differentiable with respect to the embeddings, the scale and `parameters`. */
  loss(batch: EmbeddedBatch): tf.Scalar;
  /** Of embeddings that say nothing about what belongs together: what a run starts from, and is to leave behind. */
  lossOfGuessing(batch: Groups): number;
  dispose(): void;
}

/** 1 where text i and picture j are a pair, else 0: [texts, images], row by row. */
export function pairs({ groupOfText, groupOfImage }: Groups): Float32Array {
  const matrix = new Float32Array(groupOfText.length * groupOfImage.length);
  groupOfText.forEach((group, i) => {
    groupOfImage.forEach((other, j) => {
      if (group === other) matrix[i * groupOfImage.length + j] = 1;
    });
  });
  return matrix;
}
