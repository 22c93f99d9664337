// SPDX-License-Identifier: Apache-2.0
/** A tower as a tf.LayersModel made of the tower's own layers: summary, fit, predict and save on the same weights. */
import * as tf from '@tensorflow/tfjs';
import type { CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import type { CLIPLinear } from '../layers/linear.js';
import { TFCLIPClassTokenPooling, TFCLIPEndOfTextPooling } from '../layers/pooling.js';
import type { TFCLIPTextTransformer } from '../layers/textTransformer.js';
import type { TFCLIPVisionTransformer } from '../layers/visionTransformer.js';

/** [inputIds, attentionMask], both [batch, sequence] → [batch, hiddenSize], or [batch, projectionDim] with a projection. */
export function textLayersModel(
  tower: TFCLIPTextTransformer,
  config: CLIPTextConfig,
  projection?: CLIPLinear,
): tf.LayersModel {
  const inputIds = tf.input({ shape: [null], dtype: 'int32', name: 'input_ids' });
  const attentionMask = tf.input({ shape: [null], dtype: 'int32', name: 'attention_mask' });
  let hiddenStates = apply(tower.embeddings, inputIds);
  for (const block of tower.encoder.blocks) hiddenStates = apply(block, [hiddenStates, attentionMask]);
  hiddenStates = apply(tower.finalLayerNorm, hiddenStates);
  const pooled = apply(new TFCLIPEndOfTextPooling(config, 'text_model/pooling'), [hiddenStates, inputIds]);
  const outputs = projection ? apply(projection, pooled) : pooled;
  return tf.model({ inputs: [inputIds, attentionMask], outputs, name: 'clip_text' });
}

/** pixelValues [batch, channels, height, width] → [batch, hiddenSize], or [batch, projectionDim] with a projection. */
export function visionLayersModel(
  tower: TFCLIPVisionTransformer,
  config: CLIPVisionConfig,
  projection?: CLIPLinear,
): tf.LayersModel {
  const { numChannels, imageSize } = config;
  const pixelValues = tf.input({ shape: [numChannels, imageSize, imageSize], name: 'pixel_values' });
  let hiddenStates = apply(tower.preLayerNorm, apply(tower.embeddings, pixelValues));
  for (const block of tower.encoder.blocks) hiddenStates = apply(block, hiddenStates);
  const classState = apply(new TFCLIPClassTokenPooling(config, 'vision_model/pooling'), hiddenStates);
  const pooled = apply(tower.postLayerNorm, classState);
  const outputs = projection ? apply(projection, pooled) : pooled;
  return tf.model({ inputs: pixelValues, outputs, name: 'clip_vision' });
}

function apply(layer: tf.layers.Layer, inputs: tf.SymbolicTensor | tf.SymbolicTensor[]): tf.SymbolicTensor {
  return layer.apply(inputs) as tf.SymbolicTensor;
}
