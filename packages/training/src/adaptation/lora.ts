// SPDX-License-Identifier: Apache-2.0
/** Small changes of large weights. Hu et al. 2021 (LoRA). */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError, type TFCLIPModel } from 'tfjs-clip';
import { randomFor } from '../random.js';
import { checkScaling, type LoraOptions, type LoraScaling, scaleOf, targetLayers } from './loraOptions.js';
import type { Trainable } from './trainable.js';

/** What is added to one linear layer. */
export interface LoraPair {
  /** A, [rank, in] */
  a: tf.Variable;
  /** B, [out, rank] */
  b: tf.Variable;
}

/**
 * A new adapter, which changes nothing yet: A is drawn as PEFT does (uniform in ±1/√in, which is Kaiming's with a = √5), B is 0.
 *
 * ```ts
 * const adapter = lora(model, { rank: 8, alpha: 16, targetModules: ['q_proj', 'v_proj'] });
 * ```
 * @throws InvalidArgumentError for options out of range, or a name that is no linear layer
 */
export function lora(model: TFCLIPModel, options: LoraOptions = {}): LoraAdapter {
  const { rank = 8, alpha = 8, useRslora = false, seed = 0 } = options;
  checkScaling({ rank, alpha, useRslora });
  const layers = [...targetLayers(model, options)];
  const pairs = new Map(
    layers.map(([module, { inputSize, outputSize }]): [string, LoraPair] => {
      const random = randomFor(seed, 'lora', module);
      const bound = 1 / Math.sqrt(inputSize);
      const a = Float32Array.from({ length: rank * inputSize }, () => (2 * random() - 1) * bound);
      return [module, loraPair(tf.tensor(a, [rank, inputSize]), tf.zeros([outputSize, rank]))];
    }),
  );
  return new LoraAdapter(model, { rank, alpha, useRslora }, pairs);
}

/** Variables with these values, which are disposed. */
export function loraPair(a: tf.Tensor, b: tf.Tensor): LoraPair {
  const pair = { a: tf.variable(a), b: tf.variable(b) };
  tf.dispose([a, b]);
  return pair;
}

/**
 * Computes with W + scale · B A in place of the W of some linear layers, and trains A and B only. The matrices are PyTorch's, as
 * in PEFT's files; our kernels are the transpose of its weights, so that the sum is W + scale · Aᵀ Bᵀ.
 */
export class LoraAdapter implements Trainable {
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** The weights from before, while the changes are in the model. */
  private originals: Map<string, tf.Tensor> | null = null;

  /** @param pairs by the names of their layers; they become the adapter's */
  constructor(
    readonly model: TFCLIPModel,
    readonly scaling: LoraScaling,
    private readonly pairs: ReadonlyMap<string, LoraPair>,
  ) {
    const entries = [...pairs].flatMap(([module, { a, b }]): [string, tf.Variable][] => [
      [`${module}.lora_A.weight`, a],
      [`${module}.lora_B.weight`, b],
    ]);
    this.parameters = new Map(entries);
  }

  /** The layers that are adapted. */
  get modules(): string[] {
    return [...this.pairs.keys()];
  }

  get isMerged(): boolean {
    return this.originals !== null;
  }

  /** @throws InvalidArgumentError while the adapter is merged: A and B would have no gradient */
  run<T>(forward: () => T): T {
    if (this.isMerged) {
      throw new InvalidArgumentError(
        'The adapter is merged into the model: call the model as it is, or unmerge() to train on.',
      );
    }
    return tf.tidy(() => this.model.withWeights(this.adaptedWeights(), forward) as never);
  }

  async withModel<T>(use: () => Promise<T>): Promise<T> {
    if (this.isMerged) return use();
    this.merge();
    try {
      return await use();
    } finally {
      this.unmerge();
    }
  }

  /** Puts the changes into the model's own weights: it then needs no adapter, and can be saved as any other. */
  merge(): void {
    if (this.isMerged) return;
    const weights = this.model.namedWeights();
    const originals = new Map<string, tf.Tensor>();
    for (const module of this.modules) {
      const weight = weights.get(`${module}.weight`)!;
      originals.set(module, tf.clone(weight));
      tf.tidy(() => weight.assign(this.adaptedWeight(module, weight)));
    }
    this.originals = originals;
  }

  /** Gives the model the weights that it had before `merge`, bit for bit. */
  unmerge(): void {
    const weights = this.model.namedWeights();
    for (const [module, original] of this.originals ?? []) {
      weights.get(`${module}.weight`)!.assign(original);
      original.dispose();
    }
    this.originals = null;
  }

  /** Frees A and B, and the way back from `merge`. The model stays as it is. */
  dispose(): void {
    tf.dispose([...this.parameters.values(), ...(this.originals?.values() ?? [])]);
    this.originals = null;
  }

  private adaptedWeights(): Map<string, tf.Tensor> {
    const weights = this.model.namedWeights();
    return new Map(
      this.modules.map((module) => {
        const name = `${module}.weight`;
        return [name, this.adaptedWeight(module, weights.get(name)!)];
      }),
    );
  }

  /** [in, out]. A is scaled, not the product, which would be kept a second time for its gradient. */
  private adaptedWeight(module: string, weight: tf.Tensor): tf.Tensor {
    const { a, b } = this.pairs.get(module)!;
    const scaled = tf.mul(a, scaleOf(this.scaling)) as tf.Tensor2D;
    return tf.add(weight, tf.matMul(scaled, b as tf.Tensor2D, true, true));
  }
}
