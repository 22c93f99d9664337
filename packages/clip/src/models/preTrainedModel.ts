// SPDX-License-Identifier: Apache-2.0
/** What all models share: their weights by name, loading, saving and disposal. Mirrors HF TFCLIPPreTrainedModel. */
import * as tf from '@tensorflow/tfjs';
import type { JSONObject } from '../configuration/fields.js';
import type { CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { DisposedError, InvalidArgumentError } from '../errors.js';
import {
  type CompositeLayer,
  randomWeights,
  type WeightSlot,
  withWeights,
} from '../layers/compositeLayer.js';
import { TFCLIPEncoder } from '../layers/encoder.js';
import { seededRandom } from '../layers/random.js';
import { MODEL_FILES } from '../pretrained/hub/files.js';
import { loadWeights, readConfiguration } from '../pretrained/loadWeights.js';
import type { ModelFiles, PretrainedOptions } from '../pretrained/modelFiles.js';
import { resolveModelFiles } from '../pretrained/resolveModelFiles.js';
import { type SavePretrainedOptions, saveModel } from '../pretrained/saveModel.js';

export type ModelConfig = CLIPConfig | CLIPTextConfig | CLIPVisionConfig;
export type Tower = 'text_model' | 'vision_model';

export interface ModelOptions {
  /** Seed of the random weights. Default 0. */
  seed?: number;
  /** `false` leaves the model without weights, for a loader to fill. Default true. */
  initialize?: boolean;
}

/** A model class as `fromPretrained` sees it. */
export interface ModelClass<Model extends TFCLIPPreTrainedModel> {
  new (config: never, options?: ModelOptions): Model;
  /** Picks the class's configuration out of a config.json. */
  configFromJSON(json: JSONObject, modelName: string): ModelConfig;
  /** The one tower that the class is made of, if it is. */
  readonly tower?: Tower;
}

export abstract class TFCLIPPreTrainedModel {
  /** Its class in PyTorch, by which transformers' Auto… classes choose; a subclass is saved as what it descends from. */
  static readonly architecture: string;
  abstract readonly config: ModelConfig;
  /** The layer that holds everything; its sub-layers are open to inspection. */
  abstract readonly layer: CompositeLayer;
  /** What had to be assumed of a checkpoint that has no config.json, such as its activation; sentences to show to a user. */
  notes: readonly string[] = [];
  private disposed = false;

  /**
   * @param idOrPath a folder, a URL, a Hugging Face id, or 'emoji-clip'
   * @throws ModelNotFoundError, ConfigurationError, CheckpointError; nothing stays allocated then
   */
  static async fromPretrained<Model extends TFCLIPPreTrainedModel>(
    this: ModelClass<Model>,
    idOrPath: string | URL,
    options: PretrainedOptions = {},
  ): Promise<Model> {
    const files = await resolveModelFiles(idOrPath, options);
    return loadModel(this, files, options);
  }

  /** Like `fromPretrained`, from files at hand. */
  static fromModelFiles<Model extends TFCLIPPreTrainedModel>(
    this: ModelClass<Model>,
    files: ModelFiles,
    options: PretrainedOptions = {},
  ): Promise<Model> {
    return loadModel(this, files, options);
  }

  /** Every weight under its Hugging Face name; linear kernels are [in, out], the patch kernel [patch, patch, channels, hidden]. */
  namedWeights(): Map<string, tf.Variable> {
    this.assertUsable();
    return new Map(this.layer.weightSlots().map((slot) => [slot.name, slot.variable?.read() as tf.Variable]));
  }

  /** What an optimizer may change: pass it to tf.variableGrads or optimizer.minimize. Freeze with `model.layer.trainable`. */
  get trainableWeights(): tf.Variable[] {
    this.assertUsable();
    return this.layer.trainableWeights.map((variable) => variable.read() as tf.Variable);
  }

  /**
   * Writes config.json and model.safetensors, or shards of it, which transformers opens too. Each file appears whole; shards of
   * an earlier save go when the new ones are there.
   *
   * @throws InvalidArgumentError for an option that has no meaning
   */
  async savePretrained(directory: string, options: SavePretrainedOptions = {}): Promise<void> {
    const tensors = [...this.namedWeights()].map(([name, variable]) => ({
      name,
      shape: variable.shape,
      data: async () => (await variable.data()) as Float32Array,
    }));
    const { architecture } = this.constructor as typeof TFCLIPPreTrainedModel;
    await saveModel(directory, { ...this.config.toJSON(), architectures: [architecture] }, tensors, options);
  }

  /**
   * Runs `compute` with these tensors in place of the model's weights of those names; gradients reach them. For weights that
   * are made of others, as LoRA's are.
   *
   * @param weights by Hugging Face's names, in our layout (see `namedWeights`)
   * @throws InvalidArgumentError for a name that the model lacks, or another shape
   */
  withWeights<T>(weights: ReadonlyMap<string, tf.Tensor>, compute: () => T): T {
    this.assertUsable();
    const slots = new Map(this.layer.weightSlots().map((slot) => [slot.name, slot]));
    const given = [...weights].map(([name, value]): [WeightSlot, tf.Tensor] => {
      const slot = slots.get(name);
      if (slot && tf.util.arraysEqual(slot.shape, value.shape)) return [slot, value];
      const accepted = slot
        ? `is [${slot.shape}] in this model, not [${value.shape}]`
        : 'is no weight of this model';
      throw new InvalidArgumentError(`${name} ${accepted}.`);
    });
    return withWeights(new Map(given), compute);
  }

  /**
   * In training, keeps the input of each block only and computes the block again for its gradient: less memory, the same
   * gradients, a forward pass more. HF's `gradient_checkpointing_enable`.
   */
  gradientCheckpointingEnable(): void {
    this.setGradientCheckpointing(true);
  }

  gradientCheckpointingDisable(): void {
    this.setGradientCheckpointing(false);
  }

  /** Frees all weights; any later call throws DisposedError. */
  dispose(): void {
    if (this.disposed) return;
    this.layer.disposeVariables();
    this.disposed = true;
  }

  /** @internal */
  weightSlots(): WeightSlot[] {
    return this.layer.weightSlots();
  }

  private setGradientCheckpointing(enabled: boolean): void {
    for (const layer of this.layer.descendants()) {
      if (layer instanceof TFCLIPEncoder) layer.gradientCheckpointing = enabled;
    }
  }

  protected initialize({ seed = 0, initialize = true }: ModelOptions = {}): void {
    if (initialize) tf.tidy(() => this.layer.createWeights(randomWeights(seededRandom(seed))));
  }

  protected assertUsable(): void {
    if (!this.disposed) return;
    throw new DisposedError(`This ${this.constructor.name} was disposed; load it again with fromPretrained.`);
  }
}

async function loadModel<Model extends TFCLIPPreTrainedModel>(
  modelClass: ModelClass<Model>,
  files: ModelFiles,
  options: PretrainedOptions,
): Promise<Model> {
  await files.preload?.(MODEL_FILES);
  const { json, notes } = await readConfiguration(files);
  const config = modelClass.configFromJSON(json, files.name);
  const model = new modelClass(config as never, { initialize: false });
  await loadWeights(model.layer, files, modelClass.tower);
  model.notes = notes;
  options.progressCallback?.({ status: 'ready', name: files.name });
  return model;
}
