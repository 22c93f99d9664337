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
  /** Frees what is not the model's. */
  dispose(): void;
}

/** All of the model, or its weights of some names. */
export function weightsOf(model: TFCLIPModel, isTrained: (name: string) => boolean = () => true): Trainable {
  return {
    model,
    parameters: new Map([...model.namedWeights()].filter(([name]) => isTrained(name))),
    run: (forward) => forward(),
    dispose: () => {},
  };
}
