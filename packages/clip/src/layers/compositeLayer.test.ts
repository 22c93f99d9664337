// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { thrown } from '../../../../test/harness/thrown.js';
import { CompositeLayer, randomWeights, type WeightSlot, withWeights } from './compositeLayer.js';
import { constant, zeros } from './initializers.js';
import { seededRandom } from './random.js';

/** a/inner/scale, and a/shift: scale · x + shift. */
class Inner extends CompositeLayer {
  static readonly className = 'Inner';
  constructor(path: string) {
    super(path);
    this.declareWeight('scale', [], constant(2));
  }
  get scale(): tf.Tensor {
    return this.weight('scale');
  }
}
class Outer extends CompositeLayer {
  static readonly className = 'Outer';
  readonly inner: Inner;
  constructor() {
    super('a');
    this.declareWeight('shift', [2], zeros);
    this.inner = this.addChild(new Inner('a/inner'));
  }
  override call(x: tf.Tensor): tf.Tensor {
    return tf.tidy(() => tf.add(tf.mul(x, this.inner.scale), this.weight('shift')));
  }
}

const names = (weights: { name: string }[]) => weights.map(({ name }) => name.replace(/_\d+$/, ''));
let layer: Outer;
beforeEach(() => {
  layer = new Outer();
  tf.tidy(() => layer.createWeights(randomWeights(seededRandom(0))));
});
afterEach(() => layer.disposeVariables());

describe('CompositeLayer', () => {
  it('sees the weights of the layers in it, under their places in a checkpoint', () => {
    expect(names(layer.weightSlots())).toEqual(['a.shift', 'a.inner.scale']);
    expect(names(layer.trainableWeights)).toEqual(['a/shift', 'a/inner/scale']);
    expect(names(layer.weights)).toEqual(['a/shift', 'a/inner/scale']);
    expect(layer.countParams()).toBe(3);
  });

  it('freezes the layers in it, one or all', () => {
    layer.inner.trainable = false;
    expect(names(layer.trainableWeights)).toEqual(['a/shift']);
    expect(names(layer.nonTrainableWeights)).toEqual(['a/inner/scale']);
    expect((layer.inner.scale as tf.Variable).trainable).toBe(false);
    layer.trainable = false;
    expect(layer.trainableWeights).toEqual([]);
    layer.trainable = true;
    expect(names(layer.trainableWeights)).toEqual(['a/shift', 'a/inner/scale']);
  });

  it('frozen before it has weights makes frozen ones', () => {
    const fresh = new Outer();
    fresh.trainable = false;
    tf.tidy(() => fresh.createWeights(randomWeights(seededRandom(0))));
    expect(names(fresh.nonTrainableWeights)).toEqual(['a/shift', 'a/inner/scale']);
    fresh.disposeVariables();
  });

  it('keeps the weights it has when asked for the missing ones', async () => {
    const before = layer.inner.scale;
    tf.tidy(() => layer.createWeights(() => tf.ones([])));
    expect(layer.inner.scale).toBe(before);
  });

  it('frees its variables', () => {
    const before = tf.memory().numTensors;
    layer.disposeVariables();
    expect(tf.memory().numTensors).toBe(before - 2);
    expect(layer.weights).toEqual([]);
  });

  it('gets and sets the values of all weights', async () => {
    const values = [tf.tensor1d([5, 6]), tf.scalar(7)];
    layer.setWeights(values);
    const read = await Promise.all(layer.getWeights().map((weight) => weight.data()));
    expect(read.map((data) => [...data])).toEqual([[5, 6], [7]]);
    tf.dispose(values);
  });
});

describe('withWeights', () => {
  const give = (slot: WeightSlot | undefined, value: tf.Tensor) => new Map([[slot!, value]]);
  const compute = async () => {
    const y = tf.tidy(() => layer.call(tf.tensor1d([1, 10])));
    const data = [...(await y.data())];
    y.dispose();
    return data;
  };

  it('computes with what is passed, for that call and only where something is passed', async () => {
    const [, scale] = layer.weightSlots();
    const three = tf.scalar(3);
    expect(await withWeights(give(scale, three), compute)).toEqual([3, 30]);
    expect(await compute()).toEqual([2, 20]);
    three.dispose();
  });

  it('nests, the inner beside the outer, and is undone by an error', async () => {
    const [shift, scale] = layer.weightSlots();
    const [three, ones] = [tf.scalar(3), tf.ones([2])];
    const failing = () => {
      throw new Error('within');
    };
    const nested = withWeights(give(scale, three), () => {
      const inner = withWeights(give(shift, ones), compute);
      return [inner, thrown(() => withWeights(give(shift, ones), failing)), compute()];
    });
    expect(await Promise.all(nested)).toEqual([[4, 31], new Error('within'), [3, 30]]);
    expect(await compute()).toEqual([2, 20]);
    tf.dispose([three, ones]);
  });

  it('is differentiable in what is passed', async () => {
    const [, scale] = layer.weightSlots();
    const three = tf.scalar(3);
    const gradient = tf.tidy(() =>
      tf.grad((s) => withWeights(give(scale, s), () => tf.sum(layer.call(tf.tensor1d([1, 10])))))(three),
    );
    expect(await gradient.data()).toEqual(new Float32Array([11]));
    tf.dispose([three, gradient]);
  });
});
