// SPDX-License-Identifier: Apache-2.0
/** What a training step computes with. */
import type * as tf from '@tensorflow/tfjs';

export interface TrainingBatch {
  /** Of its records, in the order of the pictures. */
  readonly keys: readonly string[];
  /** float32 [images, 3, height, width] */
  readonly pixelValues: tf.Tensor4D;
  /** int32 [texts, sequence] */
  readonly inputIds: tf.Tensor2D;
  /** int32 [texts, sequence], 0 at padding */
  readonly attentionMask: tf.Tensor2D;
  /**
   * Text i describes picture j where `groupOfText[i] === groupOfImage[j]`, [texts] and [images]. Both are 0, 1, 2 … where each
   * picture has one text and no group.
   */
  readonly groupOfText: Int32Array;
  readonly groupOfImage: Int32Array;
}

export interface BatchSource {
  /** Null where only reading tells. */
  readonly batchesPerEpoch: number | null;
  /**
   * The batches of an epoch, each the caller's to dispose; always the same ones for the same epoch.
   *
   * @param from the first batch wanted: those before are passed over without decoding their pictures
   */
  batches(epoch: number, from?: number): AsyncIterable<TrainingBatch>;
  /** Lets go of what is kept from one epoch to the next, such as threads. An epoch that comes after all gets them anew. */
  close?(): Promise<void>;
}
