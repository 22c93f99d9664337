// SPDX-License-Identifier: Apache-2.0
/** What is trained of a model. */
import type * as tf from '@tensorflow/tfjs';
import type { TFCLIPModel } from 'tfjs-clip';

export interface Trainable {
  readonly model: TFCLIPModel;
  /** What an optimizer changes, by names that a checkpoint of the run keeps. */
  readonly parameters: ReadonlyMap<string, tf.Variable>;
  /** Runs `forward`, in which the model is called, with the parameters in their places. */
  run<T>(forward: () => T): T;
  /** Runs `use` while the model itself holds what was trained, to evaluate or save it. */
  withModel<T>(use: () => Promise<T>): Promise<T>;
  /** Frees what is not the model's. */
  dispose(): void;
}

/** All of the model, or its weights of some names. */
export function weightsOf(model: TFCLIPModel, isTrained: (name: string) => boolean = () => true): Trainable {
  return {
    model,
    parameters: new Map([...model.namedWeights()].filter(([name]) => isTrained(name))),
    run: (forward) => forward(),
    withModel: (use) => use(),
    dispose: () => {},
  };
}

/** How many numbers train, and how many there are with them: PEFT's `get_nb_trainable_parameters`. */
export function countParameters({ model, parameters }: Trainable): { trained: number; all: number } {
  const sizeOf = (tensors: ReadonlyMap<string, tf.Tensor>) =>
    [...tensors.values()].reduce((sum, { size }) => sum + size, 0);
  return { trained: sizeOf(parameters), all: sizeOf(new Map([...model.namedWeights(), ...parameters])) };
}
