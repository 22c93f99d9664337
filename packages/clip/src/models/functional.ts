// SPDX-License-Identifier: Apache-2.0
/**
 * The functional form: the same layers on weights that are passed in, as HF's FlaxCLIP models.
 *
 * ```ts
 * const model = await FlaxCLIPModel.fromPretrained('emoji-clip');
 * const loss = (scale: tf.Tensor) =>
 *   model.apply({ ...model.params, logit_scale: scale }, inputs, { returnLoss: true }).loss!;
 * const gradient = tf.grad(loss)(model.params.logit_scale);
 * ```
 */
import * as tf from '@tensorflow/tfjs';
import type { CLIPConfig, CLIPTextConfig, CLIPVisionConfig } from '../configuration/index.js';
import { DisposedError, InvalidArgumentError } from '../errors.js';
import { randomWeights, type WeightSlot, withWeights } from '../layers/compositeLayer.js';
import { seededRandom } from '../layers/random.js';
import type { PretrainedOptions } from '../pretrained/modelFiles.js';
import { TFCLIPForImageClassification } from './clipForImageClassification.js';
import { TFCLIPModel } from './clipModel.js';
import { TFCLIPTextModel, TFCLIPTextModelWithProjection } from './clipTextModel.js';
import { TFCLIPVisionModel, TFCLIPVisionModelWithProjection } from './clipVisionModel.js';
import type { TFCLIPPreTrainedModel } from './preTrainedModel.js';

/** Weights under their Hugging Face names, in our layout (see `namedWeights`). */
export type Params = Record<string, tf.Tensor>;

export interface FlaxOptions {
  /** Seed of the random params. Default 0. */
  seed?: number;
  /** The params to start from, which the model takes over; random ones by default. */
  params?: Params;
}

interface CallableModel extends TFCLIPPreTrainedModel {
  // biome-ignore lint/suspicious/noExplicitAny: every model has its own inputs and options
  call(inputs: any, options?: any): object;
}
type Inputs<Model extends CallableModel> = Parameters<Model['call']>[0];
type Options<Model extends CallableModel> = Omit<NonNullable<Parameters<Model['call']>[1]>, 'training'> & {
  /** Applies attention dropout. Default false. */
  train?: boolean;
};

interface FlaxClass<Flax> {
  new (config: never, options?: FlaxOptions): Flax;
  readonly stateful: {
    fromPretrained(idOrPath: string | URL, options?: PretrainedOptions): Promise<TFCLIPPreTrainedModel>;
  };
}

/** A model without weights of its own, and params to call it with. */
export abstract class FlaxCLIPPreTrainedModel<Model extends CallableModel> {
  readonly config: Model['config'];
  /** The model's own params, for `apply` to start from; tensors that `dispose` frees. */
  readonly params: Params;
  /** As those of the TF… class. */
  notes: readonly string[] = [];
  private readonly slots: readonly WeightSlot[];
  private disposed = false;

  protected constructor(
    protected readonly model: Model,
    { seed = 0, params }: FlaxOptions = {},
  ) {
    this.config = model.config;
    this.slots = model.layer.weightSlots();
    this.params = params ?? randomParams(this.slots, seed);
    this.boundParams(this.params);
  }

  /** As the TF… class of the same name loads them. */
  static async fromPretrained<Flax extends { notes: readonly string[] }>(
    this: FlaxClass<Flax>,
    idOrPath: string | URL,
    options: PretrainedOptions = {},
  ): Promise<Flax> {
    const loaded = await this.stateful.fromPretrained(idOrPath, options);
    const weights = [...loaded.namedWeights()].map(([name, variable]) => [name, tf.clone(variable)]);
    loaded.dispose();
    const model = new this(loaded.config as never, { params: Object.fromEntries(weights) });
    model.notes = loaded.notes;
    return model;
  }

  /**
   * The forward pass on `params`; differentiable with respect to them.
   *
   * @throws InvalidArgumentError if a param is missing, unknown or of another shape, and what the TF… class's `call` throws
   */
  apply(params: Params, inputs: Inputs<Model>, options?: Options<Model>): ReturnType<Model['call']> {
    return this.run(params, (model) => model.call(inputs, withTraining({ ...options }))) as ReturnType<
      Model['call']
    >;
  }

  /** `apply` on the model's own params. */
  call(inputs: Inputs<Model>, options?: Options<Model>): ReturnType<Model['call']> {
    return this.apply(this.params, inputs, options);
  }

  /** Frees `params`; any later call throws DisposedError. */
  dispose(): void {
    if (!this.disposed) tf.dispose(this.params);
    this.disposed = true;
  }

  protected run<T>(params: Params, compute: (model: Model) => T): T {
    if (this.disposed) {
      throw new DisposedError(
        `This ${this.constructor.name} was disposed; load it again with fromPretrained.`,
      );
    }
    return withWeights(this.boundParams(params), () => compute(this.model));
  }

  private boundParams(params: Params): Map<WeightSlot, tf.Tensor> {
    const known = new Set(this.slots.map(({ name }) => name));
    const problems = [
      ...this.slots.flatMap(({ name, shape }) => misfit(name, shape, params[name])),
      ...Object.keys(params).flatMap((name) => (known.has(name) ? [] : [`${name} is unknown`])),
    ];
    if (problems.length === 0) return new Map(this.slots.map((slot) => [slot, params[slot.name]]));
    throw new InvalidArgumentError(
      `These params are not those of ${this.constructor.name}: ${problems.join('; ')}.`,
    );
  }
}

export class FlaxCLIPModel extends FlaxCLIPPreTrainedModel<TFCLIPModel> {
  static readonly stateful = TFCLIPModel;

  constructor(config: CLIPConfig, options?: FlaxOptions) {
    super(new TFCLIPModel(config, { initialize: false }), options);
  }

  /** Projected, not normalised, [texts, projectionDim]. */
  getTextFeatures(
    inputs: Parameters<TFCLIPModel['getTextFeatures']>[0],
    { params = this.params, train }: { params?: Params; train?: boolean } = {},
  ): tf.Tensor2D {
    return this.run(params, (model) => model.getTextFeatures(inputs, withTraining({ train })));
  }

  /** Projected, not normalised, [images, projectionDim]. */
  getImageFeatures(
    inputs: Parameters<TFCLIPModel['getImageFeatures']>[0],
    {
      params = this.params,
      train,
      interpolatePosEncoding,
    }: { params?: Params; train?: boolean; interpolatePosEncoding?: boolean } = {},
  ): tf.Tensor2D {
    return this.run(params, (model) =>
      model.getImageFeatures(inputs, withTraining({ train, interpolatePosEncoding })),
    );
  }
}

export class FlaxCLIPTextModel extends FlaxCLIPPreTrainedModel<TFCLIPTextModel> {
  static readonly stateful = TFCLIPTextModel;

  constructor(config: CLIPTextConfig, options?: FlaxOptions) {
    super(new TFCLIPTextModel(config, { initialize: false }), options);
  }
}

export class FlaxCLIPTextModelWithProjection extends FlaxCLIPPreTrainedModel<TFCLIPTextModelWithProjection> {
  static readonly stateful = TFCLIPTextModelWithProjection;

  constructor(config: CLIPTextConfig, options?: FlaxOptions) {
    super(new TFCLIPTextModelWithProjection(config, { initialize: false }), options);
  }
}

export class FlaxCLIPVisionModel extends FlaxCLIPPreTrainedModel<TFCLIPVisionModel> {
  static readonly stateful = TFCLIPVisionModel;

  constructor(config: CLIPVisionConfig, options?: FlaxOptions) {
    super(new TFCLIPVisionModel(config, { initialize: false }), options);
  }
}

/** Not among HF's Flax classes; here so that every model has its functional form. */
export class FlaxCLIPVisionModelWithProjection extends FlaxCLIPPreTrainedModel<TFCLIPVisionModelWithProjection> {
  static readonly stateful = TFCLIPVisionModelWithProjection;

  constructor(config: CLIPVisionConfig, options?: FlaxOptions) {
    super(new TFCLIPVisionModelWithProjection(config, { initialize: false }), options);
  }
}

/** Not among HF's Flax classes; here so that every model has its functional form. */
export class FlaxCLIPForImageClassification extends FlaxCLIPPreTrainedModel<TFCLIPForImageClassification> {
  static readonly stateful = TFCLIPForImageClassification;

  constructor(config: CLIPConfig, options?: FlaxOptions) {
    super(new TFCLIPForImageClassification(config, { initialize: false }), options);
  }
}

function withTraining<T extends { train?: boolean }>({ train, ...rest }: T) {
  return { ...rest, training: train ?? false };
}

function randomParams(slots: readonly WeightSlot[], seed: number): Params {
  const draw = randomWeights(seededRandom(seed));
  return Object.fromEntries(slots.map((slot) => [slot.name, draw(slot)]));
}

function misfit(name: string, shape: readonly number[], value: tf.Tensor | undefined): string[] {
  if (!(value instanceof tf.Tensor)) return [`${name} is missing`];
  return String(value.shape) === String(shape) ? [] : [`${name} is [${value.shape}] instead of [${shape}]`];
}
