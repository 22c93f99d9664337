// SPDX-License-Identifier: Apache-2.0
/**
 * What tfjs-layers lacks for layers made of layers: sub-layers whose weights are seen by training, saving and loading,
 * weights named by their place in the checkpoint, values that can be given instead of drawn at random, and weights
 * passed in for one call (the functional form).
 *
 * A layer's `path` is its place in a Hugging Face checkpoint with `/` for `.`: `text_model/encoder/layers/0/mlp/fc1`.
 */
import * as tf from '@tensorflow/tfjs';
import type { WeightInitializer } from './initializers.js';
import { type Random, seededRandom } from './random.js';

/** tfjs-layers' own Initializer type is not public. */
type KerasInitializer = NonNullable<Parameters<typeof tf.layers.dense>[0]['kernelInitializer']> & object;

/** A weight of a layer: its place, its shape, and its variable once there is one. */
export interface WeightSlot {
  /** Name in a Hugging Face checkpoint, such as `text_model.final_layer_norm.weight`. */
  readonly name: string;
  readonly shape: number[];
  readonly initializer: WeightInitializer;
  variable?: tf.LayerVariable;
  /** Makes the variable, with a copy of `value`. */
  create(value: tf.Tensor): void;
}

/** Where the values of new variables come from. */
export type WeightSource = (slot: WeightSlot) => tf.Tensor;

let passedWeights: ReadonlyMap<WeightSlot, tf.Tensor> | null = null;

/** Runs `compute` with these tensors in place of the variables; other weights stay what they are. */
export function withWeights<T>(weights: ReadonlyMap<WeightSlot, tf.Tensor>, compute: () => T): T {
  const outer = passedWeights;
  passedWeights = outer ? new Map([...outer, ...weights]) : weights;
  try {
    return compute();
  } finally {
    passedWeights = outer;
  }
}

/** The value to compute with: the one passed in for this call, else the variable's. */
export function currentWeight(slot: WeightSlot): tf.Tensor {
  return passedWeights?.get(slot) ?? (slot.variable as tf.LayerVariable).read();
}

export abstract class CompositeLayer extends tf.layers.Layer {
  private readonly ownSlots = new Map<string, WeightSlot>();
  private readonly children: CompositeLayer[] = [];
  /** Whether tfjs-layers had the variables made. Else they belong to the model that made them, not to a LayersModel. */
  private builtByLayersModel = false;

  /** @param path empty for the layer that holds a whole model */
  constructor(
    readonly path: string,
    name = path,
  ) {
    super({ name });
  }

  /** Every weight of this layer and the layers in it, in the order they were declared. */
  weightSlots(): WeightSlot[] {
    return [...this.ownSlots.values(), ...this.children.flatMap((child) => child.weightSlots())];
  }

  /** This layer and all layers in it. */
  *descendants(): Generator<CompositeLayer> {
    yield this;
    for (const child of this.children) yield* child.descendants();
  }

  /** Creates the variables that do not exist yet. */
  createWeights(source: WeightSource): void {
    for (const slot of this.weightSlots()) if (!slot.variable) slot.create(source(slot));
  }

  override get built(): boolean {
    const slots = this.ownSlots ? this.weightSlots() : [];
    return super.built || (slots.length > 0 && slots.every(({ variable }) => variable));
  }

  override set built(built: boolean) {
    super.built = built;
  }

  /** tfjs-layers calls this when the layer is first applied in a LayersModel, under a name scope of the layer's name. */
  override build(): void {
    this.builtByLayersModel = true;
    // tf.loadLayersModel makes variables of zeros and leaves the values drawn here alone.
    tf.tidy(() => this.addVariables('', randomWeights(seededRandom(0))));
  }

  /** Frees the variables of this layer and the layers in it. */
  disposeVariables(): void {
    for (const slot of this.weightSlots()) {
      slot.variable?.dispose();
      slot.variable = undefined;
    }
  }

  /** tfjs-layers calls this when a LayersModel with this layer is disposed. */
  override dispose(): ReturnType<tf.layers.Layer['dispose']> {
    return this.builtByLayersModel ? super.dispose() : { refCountAfterDispose: 1, numDisposedVariables: 0 };
  }

  override get trainableWeights(): tf.LayerVariable[] {
    return this.collectVariables().filter((variable) => this.trainable && variable.trainable);
  }

  override get nonTrainableWeights(): tf.LayerVariable[] {
    return this.collectVariables().filter((variable) => !(this.trainable && variable.trainable));
  }

  override get trainable(): boolean {
    return super.trainable;
  }

  override set trainable(trainable: boolean) {
    super.trainable = trainable;
    for (const slot of this.ownSlots?.values() ?? []) if (slot.variable) slot.variable.trainable = trainable;
    for (const child of this.children ?? []) child.trainable = trainable;
  }

  override setFastWeightInitDuringBuild(fast: boolean): void {
    super.setFastWeightInitDuringBuild(fast);
    for (const child of this.children) child.setFastWeightInitDuringBuild(fast);
  }

  protected addChild<Child extends CompositeLayer>(child: Child): Child {
    this.children.push(child);
    return child;
  }

  /** @param key place within this layer, `/` between its parts: `token_embedding/weight` */
  protected declareWeight(key: string, shape: number[], initializer: WeightInitializer): void {
    const place = this.path ? `${this.path}/${key}` : key;
    const slot: WeightSlot = {
      name: place.replaceAll('/', '.'),
      shape,
      initializer,
      create: (value) => this.addVariable(slot, place, value),
    };
    this.ownSlots.set(key, slot);
  }

  protected weight(key: string): tf.Tensor {
    return currentWeight(this.ownSlots.get(key) as WeightSlot);
  }

  private addVariables(scope: string, source: WeightSource): void {
    for (const [key, slot] of this.ownSlots) {
      if (!slot.variable) this.addVariable(slot, scope + key, source(slot));
    }
    for (const child of this.children) {
      const within = this.path ? child.path.slice(this.path.length + 1) : child.path;
      child.addVariables(`${scope}${within}/`, source);
    }
    this.built = true;
  }

  private addVariable(slot: WeightSlot, name: string, value: tf.Tensor): void {
    const initializer = { apply: () => value } as unknown as KerasInitializer;
    slot.variable = this.addWeight(name, slot.shape, 'float32', initializer);
    slot.variable.trainable = this.trainable;
  }

  private collectVariables(): tf.LayerVariable[] {
    return this.weightSlots().flatMap(({ variable }) => variable ?? []);
  }
}

/** Draws every weight from its initializer. */
export function randomWeights(random: Random): WeightSource {
  return ({ shape, initializer }) => tf.tensor(initializer(tf.util.sizeFromShape(shape), random), shape);
}
