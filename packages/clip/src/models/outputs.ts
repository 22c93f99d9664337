// SPDX-License-Identifier: Apache-2.0
/** What models return: HF's output classes with camelCase fields. A field that was not asked for is absent. */
import * as tf from '@tensorflow/tfjs';

type Value = tf.Tensor | tf.Tensor[] | ModelOutput;

export abstract class ModelOutput {
  /** The fields that are present, in HF's order. */
  keys(): string[] {
    return Object.keys(this);
  }

  /** The values that are present, in HF's order, nested outputs as tuples of their own. */
  toTuple(): unknown[] {
    return (Object.values(this) as Value[]).map((value) =>
      value instanceof ModelOutput ? value.toTuple() : value,
    );
  }

  /** Frees every tensor in it. */
  dispose(): void {
    tf.dispose({ ...this } as unknown as tf.TensorContainer);
  }

  /** Fills the fields in the order given, leaving out what is undefined. */
  protected fill(fields: object): void {
    for (const [key, value] of Object.entries(fields)) {
      if (value !== undefined) (this as Record<string, unknown>)[key] = value;
    }
  }
}

export interface BaseModelOutputWithPoolingFields {
  lastHiddenState: tf.Tensor3D;
  poolerOutput: tf.Tensor2D;
  hiddenStates?: tf.Tensor3D[];
  attentions?: tf.Tensor4D[];
}

/** HF TFBaseModelOutputWithPooling: what a tower returns. */
export class TFBaseModelOutputWithPooling extends ModelOutput {
  /** [batch, sequence, hiddenSize]; text: after final_layer_norm; vision: before post_layernorm. */
  declare readonly lastHiddenState: tf.Tensor3D;
  /** [batch, hiddenSize] */
  declare readonly poolerOutput: tf.Tensor2D;
  /** numHiddenLayers + 1 tensors [batch, sequence, hiddenSize]: the input of each block, then the last one's output. */
  declare readonly hiddenStates?: tf.Tensor3D[];
  /** numHiddenLayers tensors [batch, heads, sequence, sequence]. */
  declare readonly attentions?: tf.Tensor4D[];

  constructor({ lastHiddenState, poolerOutput, hiddenStates, attentions }: BaseModelOutputWithPoolingFields) {
    super();
    this.fill({ lastHiddenState, poolerOutput, hiddenStates, attentions });
  }
}

export interface CLIPTextModelOutputFields extends Omit<BaseModelOutputWithPoolingFields, 'poolerOutput'> {
  textEmbeds: tf.Tensor2D;
}

/** HF CLIPTextModelOutput. */
export class CLIPTextModelOutput extends ModelOutput {
  /** Projected, not normalised, [batch, projectionDim]. */
  declare readonly textEmbeds: tf.Tensor2D;
  declare readonly lastHiddenState: tf.Tensor3D;
  declare readonly hiddenStates?: tf.Tensor3D[];
  declare readonly attentions?: tf.Tensor4D[];

  constructor({ textEmbeds, lastHiddenState, hiddenStates, attentions }: CLIPTextModelOutputFields) {
    super();
    this.fill({ textEmbeds, lastHiddenState, hiddenStates, attentions });
  }
}

export interface CLIPVisionModelOutputFields extends Omit<BaseModelOutputWithPoolingFields, 'poolerOutput'> {
  imageEmbeds: tf.Tensor2D;
}

/** HF CLIPVisionModelOutput. */
export class CLIPVisionModelOutput extends ModelOutput {
  /** Projected, not normalised, [batch, projectionDim]. */
  declare readonly imageEmbeds: tf.Tensor2D;
  declare readonly lastHiddenState: tf.Tensor3D;
  declare readonly hiddenStates?: tf.Tensor3D[];
  declare readonly attentions?: tf.Tensor4D[];

  constructor({ imageEmbeds, lastHiddenState, hiddenStates, attentions }: CLIPVisionModelOutputFields) {
    super();
    this.fill({ imageEmbeds, lastHiddenState, hiddenStates, attentions });
  }
}

export interface CLIPOutputFields {
  loss?: tf.Scalar;
  logitsPerImage: tf.Tensor2D;
  logitsPerText: tf.Tensor2D;
  textEmbeds: tf.Tensor2D;
  imageEmbeds: tf.Tensor2D;
  textModelOutput: TFBaseModelOutputWithPooling;
  visionModelOutput: TFBaseModelOutputWithPooling;
}

/** HF TFCLIPOutput / CLIPOutput. */
export class TFCLIPOutput extends ModelOutput {
  /** Contrastive loss, []; with `returnLoss`. */
  declare readonly loss?: tf.Scalar;
  /** Scaled cosines, [images, texts]. */
  declare readonly logitsPerImage: tf.Tensor2D;
  /** Scaled cosines, [texts, images]. */
  declare readonly logitsPerText: tf.Tensor2D;
  /** Projected and normalised, [texts, projectionDim]. */
  declare readonly textEmbeds: tf.Tensor2D;
  /** Projected and normalised, [images, projectionDim]. */
  declare readonly imageEmbeds: tf.Tensor2D;
  declare readonly textModelOutput: TFBaseModelOutputWithPooling;
  declare readonly visionModelOutput: TFBaseModelOutputWithPooling;

  constructor(fields: CLIPOutputFields) {
    super();
    const {
      loss,
      logitsPerImage,
      logitsPerText,
      textEmbeds,
      imageEmbeds,
      textModelOutput,
      visionModelOutput,
    } = fields;
    this.fill({
      loss,
      logitsPerImage,
      logitsPerText,
      textEmbeds,
      imageEmbeds,
      textModelOutput,
      visionModelOutput,
    });
  }
}

export interface ImageClassifierOutputFields {
  loss?: tf.Scalar;
  logits: tf.Tensor2D;
  hiddenStates?: tf.Tensor3D[];
  attentions?: tf.Tensor4D[];
}

/** HF ImageClassifierOutput. */
export class ImageClassifierOutput extends ModelOutput {
  /** []; when labels are given. */
  declare readonly loss?: tf.Scalar;
  /** [batch, numLabels] */
  declare readonly logits: tf.Tensor2D;
  declare readonly hiddenStates?: tf.Tensor3D[];
  declare readonly attentions?: tf.Tensor4D[];

  constructor({ loss, logits, hiddenStates, attentions }: ImageClassifierOutputFields) {
    super();
    this.fill({ loss, logits, hiddenStates, attentions });
  }
}
