// SPDX-License-Identifier: Apache-2.0
/** What the scripts of test/python recorded: tensors by name; of models inputs and outputs, `set.field` in HF's snake_case. */
import path from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader } from '@tfjs-clip/safetensors';

const fixtures = path.resolve(__dirname, '../fixtures');
const INPUTS = ['input_ids', 'attention_mask', 'position_ids', 'pixel_values', 'labels'] as const;

interface Recorded {
  shape: number[];
  values: Float32Array | Int32Array;
}

export interface Inputs {
  inputIds: tf.Tensor2D;
  attentionMask?: tf.Tensor2D;
  positionIds?: tf.Tensor2D;
  pixelValues: tf.Tensor4D;
  labels?: tf.Tensor;
}

/** A folder that fromPretrained can load. */
export function modelFolder(model: string): string {
  return path.join(fixtures, 'models', model);
}

export class Fixture {
  private constructor(private readonly recorded: ReadonlyMap<string, Recorded>) {}

  /** What was recorded of a model. */
  static read(model: string, file = 'expected'): Promise<Fixture> {
    return Fixture.open(`models/${model}/${file}.safetensors`);
  }

  /** @param file within test/fixtures */
  static async open(file: string): Promise<Fixture> {
    const reader = await SafetensorsReader.open(await openSource(path.join(fixtures, file)));
    const recorded = new Map<string, Recorded>();
    for (const name of reader.names()) {
      const values = (await reader.data(name)) as Float32Array | Int32Array;
      recorded.set(name, { shape: reader.info(name).shape, values });
    }
    await reader.close();
    return new Fixture(recorded);
  }

  /** The recorded names that begin so, without that beginning. */
  names(prefix = ''): string[] {
    return [...this.recorded.keys()].filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));
  }

  has(name: string): boolean {
    return this.recorded.has(name);
  }

  get(name: string): Recorded {
    const found = this.recorded.get(name);
    if (!found) throw new Error(`The fixture has no ${name}.`);
    return found;
  }

  tensor(name: string): tf.Tensor {
    const { shape, values } = this.get(name);
    return tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32');
  }

  /** The inputs of a set as tensors, those that it has. */
  inputs(set: string): Inputs {
    const given = INPUTS.filter((name) => this.recorded.has(`${set}.${name}`));
    const tensors = given.map((name) => [camelCase(name), this.tensor(`${set}.${name}`)]);
    return Object.fromEntries(tensors) as Inputs;
  }

  /** The names of a set's outputs, in the order of the file. */
  outputs(set: string): string[] {
    const inputs: readonly string[] = INPUTS;
    return this.names(`${set}.`).filter((name) => !inputs.includes(name) && !name.startsWith('gradient.'));
  }
}

/**
 * Each output's largest difference, relative to its largest recorded magnitude, under the name of its stage.
 * Fails unless the output has every recorded field and no other.
 */
export async function differences(
  output: object,
  fixture: Fixture,
  set: string,
): Promise<Record<string, number>> {
  const actual = flatten(output);
  expect([...actual.keys()].sort()).toEqual(fixture.outputs(set).sort());
  const result: Record<string, number> = {};
  for (const [name, tensor] of actual) {
    const { shape, values } = fixture.get(`${set}.${name}`);
    expect({ name, shape: tensor.shape }).toEqual({ name, shape });
    result[name] = relativeDifference(await tensor.data(), values);
  }
  return result;
}

/** The stages that are off by more than `tolerance`; `{}` is what tests expect. */
export function beyond(tolerance: number, stages: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(stages).filter(([, difference]) => !(difference <= tolerance)));
}

export function relativeDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let [largest, worst] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    largest = Math.max(largest, Math.abs(expected[i]));
    const difference = Math.abs(actual[i] - expected[i]);
    if (!(difference <= worst)) worst = difference; // NaN too
  }
  return worst === 0 ? 0 : worst / largest;
}

/** Tests with a model that is disposed at the end, along with every tensor that the test made. */
export async function withModel<Model extends { dispose(): void }>(
  loading: Promise<Model>,
  test: (model: Model) => Promise<void>,
): Promise<void> {
  const model = await loading;
  tf.engine().startScope();
  try {
    await test(model);
  } finally {
    tf.engine().endScope();
    model.dispose();
  }
}

/** Tensors by the names that transformers gives them: `text_model_output.hidden_states.0`. */
function flatten(value: object, prefix = ''): Map<string, tf.Tensor> {
  const entries = Object.entries(value).flatMap(([key, item]): [string, tf.Tensor][] => {
    const name = prefix + key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    return item instanceof tf.Tensor ? [[name, item]] : [...flatten(item as object, `${name}.`)];
  });
  return new Map(entries);
}

function camelCase(name: string): string {
  return name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
