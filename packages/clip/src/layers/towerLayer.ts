// SPDX-License-Identifier: Apache-2.0
/** A layer made from a tower's configuration, and saved with it. */
import type * as tf from '@tensorflow/tfjs';
import { CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { toSnakeCase } from '../configuration/snakeCase.js';
import { CompositeLayer } from './compositeLayer.js';

export type TowerConfig = CLIPTextConfig | CLIPVisionConfig;

export abstract class TowerLayer<Config extends TowerConfig = TowerConfig> extends CompositeLayer {
  constructor(
    protected readonly config: Config,
    path: string,
  ) {
    super(path);
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { unknown, ...fields } = this.config;
    return { ...super.getConfig(), config: fields as unknown as tf.serialization.ConfigDict };
  }

  /** tfjs-layers hands the saved configuration back in camelCase: its keys, and its strings too ('quickGelu'). */
  static override fromConfig<T extends tf.serialization.Serializable>(
    layerClass: tf.serialization.SerializableConstructor<T>,
    saved: tf.serialization.ConfigDict,
  ): T {
    const entries = Object.entries(saved.config as tf.serialization.ConfigDict).map(([key, value]) => [
      key,
      typeof value === 'string' ? toSnakeCase(value) : value,
    ]);
    const fields: ConstructorParameters<typeof CLIPTextConfig>[0] & { modelType?: string } =
      Object.fromEntries(entries);
    const Config = fields.modelType === CLIPTextConfig.modelType ? CLIPTextConfig : CLIPVisionConfig;
    const Layer = layerClass as unknown as new (config: TowerConfig, path: string) => T;
    return new Layer(new Config(fields), saved.name as string);
  }
}

/** What every forward pass may be asked for. */
export interface ForwardOptions {
  /** Applies attention dropout. Default false. */
  training?: boolean;
  outputAttentions?: boolean;
  outputHiddenStates?: boolean;
}
