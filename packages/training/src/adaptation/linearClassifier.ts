// SPDX-License-Identifier: Apache-2.0
/** A linear classifier of features: what a probe finds, its file, and its place on a vision tower. */
import * as tf from '@tensorflow/tfjs';
import { openSource, SafetensorsReader, saveSafetensors } from '@tfjs-clip/safetensors';
import {
  CheckpointError,
  CLIPConfig,
  InvalidArgumentError,
  TFCLIPForImageClassification,
  type TFCLIPModel,
} from 'tfjs-clip';

/** How the probe was found. */
export interface ProbeFit {
  /** That was minimised. */
  loss: number;
  iterations: number;
  /** false where more iterations, or a larger tolerance, are needed. */
  converged: boolean;
}

const WEIGHT = 'classifier.weight';
const BIAS = 'classifier.bias';

export class LinearProbe {
  /**
   * @param kernel [size, classes]; the probe's from now on
   * @param bias [classes]; the probe's from now on
   * @param fit null for a probe that was loaded
   */
  constructor(
    readonly classes: readonly string[],
    readonly kernel: tf.Tensor2D,
    readonly bias: tf.Tensor1D,
    readonly fit: ProbeFit | null = null,
  ) {}

  /**
   * From what `save` wrote.
   *
   * @throws CheckpointError for another file
   */
  static async load(file: string | URL): Promise<LinearProbe> {
    const reader = await SafetensorsReader.open(await openSource(file));
    try {
      const classes = classesOf(reader, file);
      const { shape } = reader.info(WEIGHT);
      const [weight, bias] = await Promise.all([WEIGHT, BIAS].map((name) => reader.float32(name)));
      const kernel = tf.tidy(() => tf.transpose(tf.tensor2d(weight, shape as [number, number])));
      return new LinearProbe(classes, kernel, tf.tensor1d(bias));
    } finally {
      await reader.close();
    }
  }

  /** [rows, classes] */
  logits(features: tf.Tensor2D): tf.Tensor2D {
    const size = this.kernel.shape[0];
    if (features.shape[1] !== size) {
      throw new InvalidArgumentError(
        `features is [${features.shape}], but this probe was made of rows of ${size}.`,
      );
    }
    return tf.tidy(() => tf.add(tf.matMul(features, this.kernel), this.bias));
  }

  /** The class of each row. */
  async classify(features: tf.Tensor2D): Promise<string[]> {
    const indices = tf.tidy(() => tf.argMax(this.logits(features), 1));
    try {
      return Array.from(await indices.data(), (index) => this.classes[index]);
    } finally {
      indices.dispose();
    }
  }

  /** One safetensors file, with PyTorch's `classifier.weight` [classes, size] and `classifier.bias`. Node only. */
  async save(file: string): Promise<void> {
    const weight = tf.transpose(this.kernel);
    const tensor = (name: string, { shape }: tf.Tensor, values: ArrayBufferView) => ({
      ...{ name, dtype: 'F32' as const, shape, data: values },
    });
    try {
      const tensors = [
        tensor(WEIGHT, weight, await weight.data()),
        tensor(BIAS, this.bias, await this.bias.data()),
      ];
      await saveSafetensors(file, tensors, { classes: JSON.stringify(this.classes) });
    } finally {
      weight.dispose();
    }
  }

  dispose(): void {
    tf.dispose([this.kernel, this.bias]);
  }
}

/**
 * The vision tower with the probe on it, as a model of its own that transformers opens too. Its weights are copies.
 *
 * @param probe of the features 'patches', which are what that class of Hugging Face's reads
 * @throws InvalidArgumentError for a probe of features of another size
 */
export function toImageClassifier(model: TFCLIPModel, probe: LinearProbe): TFCLIPForImageClassification {
  const { textConfig, visionConfig, projectionDim, logitScaleInitValue, initializerFactor, unknown } =
    model.config;
  const [size] = probe.kernel.shape;
  if (size !== visionConfig.hiddenSize) {
    throw new InvalidArgumentError(
      `The probe reads features of ${size} numbers, but the patches of this model have ${visionConfig.hiddenSize}: ` +
        "make it of imageFeatures(…, { kind: 'patches' }).",
    );
  }
  const id2label = Object.fromEntries(probe.classes.map((name, i) => [String(i), name]));
  const options = { ...unknown, projectionDim, logitScaleInitValue, initializerFactor, id2label };
  const config = CLIPConfig.fromTextVisionConfigs(textConfig, visionConfig, options);
  const classifier = new TFCLIPForImageClassification(config);
  const values = new Map<string, tf.Tensor>([
    ...model.namedWeights(),
    [WEIGHT, probe.kernel],
    [BIAS, probe.bias],
  ]);
  for (const [name, weight] of classifier.namedWeights()) {
    tf.tidy(() => weight.assign(tf.clone(values.get(name)!)));
  }
  return classifier;
}

function classesOf(reader: SafetensorsReader, file: string | URL): string[] {
  const classes = parseList(reader.metadata.classes ?? '');
  const shapeOf = (name: string) => (reader.has(name) ? reader.info(name).shape : []);
  const [weight, bias] = [shapeOf(WEIGHT), shapeOf(BIAS)];
  if (weight.length === 2 && bias.length === 1) {
    if (weight[0] === classes.length && bias[0] === classes.length) return classes;
  }
  throw new CheckpointError(
    `${file} is no linear probe: it has no ${WEIGHT} and ${BIAS}, or not the names of their classes.`,
  );
}

function parseList(text: string): string[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
