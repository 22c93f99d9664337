// SPDX-License-Identifier: Apache-2.0
/** Logistic regression on features that stay as they are. Radford et al. 2021, §3.2 and appendix A.3. */
import * as tf from '@tensorflow/tfjs';
import { InvalidArgumentError } from 'tfjs-clip';
import { type Evaluation, minimize } from './lbfgs.js';
import { LinearProbe, type ProbeFit } from './linearClassifier.js';

export interface LinearProbeOptions {
  /** scikit-learn's C: how much the data weighs against small weights. Default 0.316, CLIP's. */
  c?: number;
  /** Of all labels, in the order of the probe's outputs. Default: alphabetically, as scikit-learn has them. */
  classes?: readonly string[];
  /** Of the gradient's largest element. Default 1e-4, scikit-learn's. */
  tolerance?: number;
  /** Default 1000. */
  maxIterations?: number;
  /** Told of the loss after each iteration. */
  onIteration?: (iteration: number, loss: number) => void;
}

/**
 * Minimises, by L-BFGS, what scikit-learn's LogisticRegression does, its intercept included:
 *
 *     C Σ cross-entropy(features · W + b, label) + ½ ‖W‖²
 *
 * divided by C and the number of rows. Of two classes the first one's logits are 0, as there.
 *
 * ```ts
 * const features = await imageFeatures(model, processor, ['a.jpg', 'b.jpg', 'c.jpg']);
 * const probe = await linearProbe(features, ['cat', 'dog', 'cat']);
 * await probe.classify(features); // ['cat', 'dog', 'cat']
 * ```
 * @param features [rows, size]; they stay the caller's
 * @param labels of each row
 * @throws InvalidArgumentError for labels that do not fit, or an option out of range
 */
export async function linearProbe(
  features: tf.Tensor2D,
  labels: readonly string[],
  options: LinearProbeOptions = {},
): Promise<LinearProbe> {
  const { c = 0.316, tolerance = 1e-4, maxIterations = 1000, onIteration } = options;
  const classes = options.classes ?? [...new Set(labels)].sort();
  checkOptions(features, labels, classes, { c, tolerance, maxIterations });
  const problem = new Regression(features, labels, classes, c);
  try {
    const start = new Float64Array(problem.size);
    const settings = { tolerance, maxIterations, onIteration };
    const minimum = await minimize((x) => problem.evaluate(x), start, settings);
    const { x, value: loss, iterations, converged } = minimum;
    return problem.probe(x, { loss, iterations, converged });
  } finally {
    problem.dispose();
  }
}

/** The function to minimise, of W row by row and then b, without the first of two classes. */
class Regression {
  readonly size: number;
  private readonly targets: tf.Tensor2D;
  /** The first class that has weights. */
  private readonly first: number;
  private readonly columns: number;

  constructor(
    private readonly features: tf.Tensor2D,
    labels: readonly string[],
    private readonly classes: readonly string[],
    private readonly c: number,
  ) {
    this.first = classes.length === 2 ? 1 : 0;
    this.columns = classes.length - this.first;
    this.size = (features.shape[1] + 1) * this.columns;
    const indices = labels.map((label) => classes.indexOf(label));
    this.targets = tf.tidy(() => {
      const ofRows = tf.oneHot(tf.tensor1d(indices, 'int32'), classes.length);
      return tf.cast(ofRows, 'float32') as tf.Tensor2D; // which oneHot itself does wrongly on wasm
    });
  }

  /** The data's part by tfjs; the weights' part here, as it takes no time. */
  async evaluate(x: Float64Array): Promise<Evaluation> {
    const [rows, size] = this.features.shape;
    const computed = tf.tidy(() => {
      const { kernel, bias } = this.unpack(x);
      const logits = tf.add(tf.matMul(this.features, kernel), bias) as tf.Tensor2D;
      const logProbabilities = tf.logSoftmax(logits);
      const loss = tf.neg(tf.div(tf.sum(tf.mul(logProbabilities, this.targets)), rows));
      const ofAllLogits = tf.div(tf.sub(tf.exp(logProbabilities), this.targets), rows);
      const ofLogits = tf.slice(ofAllLogits, [0, this.first]) as tf.Tensor2D;
      const ofKernel = tf.matMul(this.features, ofLogits, true);
      return tf.concat([tf.reshape(loss, [1]), tf.reshape(ofKernel, [-1]), tf.sum(ofLogits, 0)]);
    });
    const values = await computed.data();
    computed.dispose();
    const strength = 1 / (this.c * rows);
    const weights = x.subarray(0, size * this.columns);
    const squares = weights.reduce((sum, weight) => sum + weight * weight, 0);
    return {
      value: values[0] + (strength / 2) * squares,
      gradient: x.map((weight, i) => values[i + 1] + (i < weights.length ? strength * weight : 0)),
    };
  }

  probe(x: Float64Array, fit: ProbeFit): LinearProbe {
    const { kernel, bias } = tf.tidy(() => this.unpack(x));
    return new LinearProbe(this.classes, kernel, bias, fit);
  }

  dispose(): void {
    this.targets.dispose();
  }

  /** [size, classes] and [classes] */
  private unpack(x: Float64Array): { kernel: tf.Tensor2D; bias: tf.Tensor1D } {
    const [size, width] = [this.features.shape[1], this.columns];
    const values = Float32Array.from(x);
    const kernel = tf.tensor2d(values.subarray(0, size * width), [size, width]);
    const bias = tf.tensor1d(values.subarray(size * width));
    return {
      kernel: tf.pad2d(kernel, [
        [0, 0],
        [this.first, 0],
      ]),
      bias: tf.pad1d(bias, [this.first, 0]),
    };
  }
}

function checkOptions(
  features: tf.Tensor2D,
  labels: readonly string[],
  classes: readonly string[],
  numbers: Required<Pick<LinearProbeOptions, 'c' | 'tolerance' | 'maxIterations'>>,
): void {
  if (features.rank !== 2 || features.shape[0] !== labels.length) {
    throw new InvalidArgumentError(
      `features is [${features.shape}], but must be [${labels.length}, size]: a row for each label.`,
    );
  }
  if (classes.length < 2 || new Set(classes).size !== classes.length) {
    throw new InvalidArgumentError(
      `The classes are ${JSON.stringify(classes)}, but must be two or more different ones.`,
    );
  }
  const stranger = labels.find((label) => !classes.includes(label));
  if (stranger !== undefined) {
    throw new InvalidArgumentError(
      `A label is '${stranger}', which is not among the classes: ${classes.join(', ')}.`,
    );
  }
  for (const [name, value] of Object.entries(numbers)) {
    if (value > 0) continue;
    throw new InvalidArgumentError(`${name} is ${value}, but must be above 0.`);
  }
}
