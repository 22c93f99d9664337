// SPDX-License-Identifier: Apache-2.0
/** TensorFlow's own operations, called as they are: no broadcasting, casting or reshaping of tfjs's around them. */
import * as tf from '@tensorflow/tfjs';

interface Attribute {
  name: string;
  type: number;
  value: number | boolean | string | number[];
}

type TypeName = 'TF_FLOAT' | 'TF_INT32';
type AttributeName = 'TF_ATTR_TYPE' | 'TF_ATTR_BOOL' | 'TF_ATTR_STRING' | 'TF_ATTR_SHAPE';

/** TensorFlow knows variables by their names. */
let variables = 0;

/** What we use of tfjs-node's backend; its package is not at hand when types are checked. */
interface NodeBackend {
  readonly binding: Readonly<Record<AttributeName | TypeName, number>>;
  executeSingleOutput(operation: string, attributes: Attribute[], inputs: tf.TensorInfo[]): tf.Tensor;
  executeMultipleOutputs(
    operation: string,
    attributes: Attribute[],
    inputs: tf.TensorInfo[],
    outputs: number,
  ): tf.Tensor[];
}

/** Operations on float32 tensors. What they return belongs to the kernel's `tf.tidy`. */
export class TensorFlow {
  private readonly float32: Attribute;

  constructor(private readonly backend: NodeBackend) {
    this.float32 = this.type('T', 'TF_FLOAT');
  }

  add(a: tf.TensorInfo, b: tf.TensorInfo): tf.Tensor {
    return this.run('AddV2', [a, b]);
  }

  sub(a: tf.TensorInfo, b: tf.TensorInfo): tf.Tensor {
    return this.run('Sub', [a, b]);
  }

  mul(a: tf.TensorInfo, b: tf.TensorInfo): tf.Tensor {
    return this.run('Mul', [a, b]);
  }

  square(x: tf.TensorInfo): tf.Tensor {
    return this.run('Square', [x]);
  }

  rsqrt(x: tf.TensorInfo): tf.Tensor {
    return this.run('Rsqrt', [x]);
  }

  /** Over the last axis. */
  softmax(x: tf.TensorInfo): tf.Tensor {
    return this.run('Softmax', [x]);
  }

  /** Over the axes that `axes` int32 holds, which stay with size 1. */
  mean(x: tf.TensorInfo, axes: tf.TensorInfo): tf.Tensor {
    return this.run('Mean', [x, axes], [this.boolean('keep_dims', true), this.type('Tidx', 'TF_INT32')]);
  }

  /** Of two matrices. */
  matMul(a: tf.TensorInfo, b: tf.TensorInfo, transposeA = false, transposeB = false): tf.Tensor {
    return this.run(
      'MatMul',
      [a, b],
      [this.boolean('transpose_a', transposeA), this.boolean('transpose_b', transposeB)],
    );
  }

  /** Of matrices on the last two axes. */
  batchMatMul(a: tf.TensorInfo, b: tf.TensorInfo, transposeA = false, transposeB = false): tf.Tensor {
    return this.run(
      'BatchMatMulV2',
      [a, b],
      [this.boolean('adj_x', transposeA), this.boolean('adj_y', transposeB)],
    );
  }

  /** [a, b, c, d] → [a, c, b, d]. */
  swapMiddle(x: tf.TensorInfo): tf.Tensor {
    const axes = tf.tensor1d([0, 2, 1, 3], 'int32');
    return this.run('Transpose', [x, axes], [this.type('Tperm', 'TF_INT32')]);
  }

  /** A variable of TensorFlow's with this value, until `takeValue`. */
  variable(value: tf.TensorInfo): tf.Tensor {
    const { TF_ATTR_SHAPE, TF_ATTR_STRING } = this.backend.binding;
    const variable = this.backend.executeSingleOutput(
      'VarHandleOp',
      [
        this.type('dtype', 'TF_FLOAT'),
        { name: 'shape', type: TF_ATTR_SHAPE, value: value.shape },
        { name: 'shared_name', type: TF_ATTR_STRING, value: `tfjs-clip-${variables++}` },
      ],
      [],
    );
    this.execute('AssignVariableOp', [this.type('dtype', 'TF_FLOAT')], [variable, value]);
    return variable;
  }

  /** @returns its value; the variable is gone */
  takeValue(variable: tf.Tensor): tf.Tensor {
    const value = this.backend.executeSingleOutput(
      'ReadVariableOp',
      [this.type('dtype', 'TF_FLOAT')],
      [variable],
    );
    this.execute('DestroyResourceOp', [this.boolean('ignore_lookup_error', false)], [variable]);
    return value;
  }

  /**
   * @param variables the parameter and its two moments, which it changes
   * @param numbers β₁ᵗ, β₂ᵗ, rate, β₁, β₂ and ε as scalars
   */
  applyAdam(variables: tf.Tensor[], numbers: tf.Tensor[], gradient: tf.TensorInfo): void {
    const attributes = [
      this.float32,
      this.boolean('use_locking', false),
      this.boolean('use_nesterov', false),
    ];
    this.execute('ResourceApplyAdam', attributes, [...variables, ...numbers, gradient]);
  }

  /** What gives nothing. */
  private execute(operation: string, attributes: Attribute[], inputs: tf.TensorInfo[]): void {
    this.backend.executeMultipleOutputs(operation, attributes, inputs, 0);
  }

  private run(operation: string, inputs: tf.TensorInfo[], attributes: Attribute[] = []): tf.Tensor {
    return this.backend.executeSingleOutput(operation, [this.float32, ...attributes], inputs);
  }

  private boolean(name: string, value: boolean): Attribute {
    return { name, type: this.backend.binding.TF_ATTR_BOOL, value };
  }

  private type(name: string, value: TypeName): Attribute {
    const { binding } = this.backend;
    return { name, type: binding.TF_ATTR_TYPE, value: binding[value] };
  }
}
