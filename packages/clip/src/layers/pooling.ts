// SPDX-License-Identifier: Apache-2.0
/** From a sequence of states to one: the class token's for pictures, the end-of-text token's for text. */
import * as tf from '@tensorflow/tfjs';
import type { CLIPTextConfig } from '../configuration/index.js';
import { gatherPositions } from '../ops/embedding.js';
import { TowerLayer } from './towerLayer.js';

const LEGACY_EOS_TOKEN_ID = 2;

/** [batch, sequence, hiddenSize] → the first state of each sequence, [batch, hiddenSize]. */
export function poolClassToken(hiddenStates: tf.Tensor3D): tf.Tensor2D {
  const [batch, , hiddenSize] = hiddenStates.shape;
  return tf.reshape(tf.slice(hiddenStates, [0, 0, 0], [batch, 1, hiddenSize]), [batch, hiddenSize]);
}

/**
 * The state at the end of each text, by HF's rule (CLIPTextTransformer.forward): where `eosTokenId` is 2, as OpenAI's
 * files say, at the largest id; else at the first place that holds `eosTokenId`, or at 0 where none does.
 *
 * @param hiddenStates [batch, sequence, hiddenSize]
 * @param inputIds int32 [batch, sequence]
 * @returns [batch, hiddenSize]
 */
export function poolEndOfText(
  hiddenStates: tf.Tensor3D,
  inputIds: tf.Tensor2D,
  eosTokenId: number | null,
): tf.Tensor2D {
  const isLegacy = eosTokenId === LEGACY_EOS_TOKEN_ID;
  const scores = isLegacy
    ? inputIds
    : tf.cast(tf.equal(inputIds, tf.scalar(eosTokenId ?? -1, 'int32')), 'int32');
  return gatherPositions(hiddenStates, tf.argMax(scores, 1) as tf.Tensor1D);
}

/** `poolClassToken` as a layer, for LayersModels. */
export class TFCLIPClassTokenPooling extends TowerLayer {
  static readonly className = 'TFCLIPClassTokenPooling';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => poolClassToken((Array.isArray(inputs) ? inputs[0] : inputs) as tf.Tensor3D));
  }

  override computeOutputShape([batch, , hiddenSize]: tf.Shape): tf.Shape {
    return [batch, hiddenSize];
  }
}

/** `poolEndOfText` as a layer, for LayersModels: takes [hiddenStates, inputIds]. */
export class TFCLIPEndOfTextPooling extends TowerLayer<CLIPTextConfig> {
  static readonly className = 'TFCLIPEndOfTextPooling';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    const [hiddenStates, inputIds] = inputs as [tf.Tensor3D, tf.Tensor2D];
    return tf.tidy(() => poolEndOfText(hiddenStates, tf.cast(inputIds, 'int32'), this.config.eosTokenId));
  }

  override computeOutputShape(inputShapes: tf.Shape | tf.Shape[]): tf.Shape {
    const [[batch, , hiddenSize]] = inputShapes as tf.Shape[];
    return [batch, hiddenSize];
  }
}
