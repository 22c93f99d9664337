// SPDX-License-Identifier: Apache-2.0
/** The layers by name. Importing this module registers them with tfjs-layers, so that tf.loadLayersModel knows them. */
import * as tf from '@tensorflow/tfjs';
import { TFCLIPAttention } from './attention.js';
import { TFCLIPEncoder } from './encoder.js';
import { TFCLIPEncoderLayer } from './encoderLayer.js';
import { CLIPLayerNorm } from './layerNorm.js';
import { CLIPLinear } from './linear.js';
import { TFCLIPMLP } from './mlp.js';
import { TFCLIPClassTokenPooling, TFCLIPEndOfTextPooling } from './pooling.js';
import { TFCLIPTextEmbeddings } from './textEmbeddings.js';
import { TFCLIPTextTransformer } from './textTransformer.js';
import { TFCLIPVisionEmbeddings } from './visionEmbeddings.js';
import { TFCLIPVisionTransformer } from './visionTransformer.js';

const registered = [
  CLIPLinear,
  CLIPLayerNorm,
  TFCLIPAttention,
  TFCLIPMLP,
  TFCLIPEncoderLayer,
  TFCLIPEncoder,
  TFCLIPTextEmbeddings,
  TFCLIPVisionEmbeddings,
  TFCLIPClassTokenPooling,
  TFCLIPEndOfTextPooling,
  TFCLIPTextTransformer,
  TFCLIPVisionTransformer,
] as unknown as tf.serialization.SerializableConstructor<tf.serialization.Serializable>[];
for (const layerClass of registered) tf.serialization.registerClass(layerClass);

export * from './mainLayers.js';
export {
  CLIPLayerNorm,
  CLIPLinear,
  TFCLIPAttention,
  TFCLIPClassTokenPooling,
  TFCLIPEncoder,
  TFCLIPEncoderLayer,
  TFCLIPEndOfTextPooling,
  TFCLIPMLP,
  TFCLIPTextEmbeddings,
  TFCLIPTextTransformer,
  TFCLIPVisionEmbeddings,
  TFCLIPVisionTransformer,
};
