// SPDX-License-Identifier: Apache-2.0
/** The seam: an op runs the kernel that is registered under its name, with the inputs and attributes of its contract. */
import * as tf from '@tensorflow/tfjs';
import { describeBackends } from '../../../../test/harness/backends.js';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { attention } from './attention.js';
import { causalMask } from './attentionMask.js';
import { CLIPKernel } from './contracts.js';
import { tokenEmbedding } from './embedding.js';
import { layerNorm } from './layerNorm.js';
import { linear } from './linear.js';
import { patchEmbedding } from './patchEmbedding.js';
import { normalizedProjection, similarity, similaritySoftmax } from './similarity.js';

const [numHeads, width] = [2, 4];
const weights = () => ({ kernel: tf.ones([width, width]), bias: tf.ones([width]) });
const towards = { query: weights, key: weights, value: weights };
const ATTENTION_INPUTS = [
  'keyBias',
  'keyKernel',
  'queryBias',
  'queryKernel',
  'valueBias',
  'valueKernel',
  'x',
];

interface Call {
  op: () => tf.Tensor;
  inputs: string[];
  attributes: object;
}

/** The optimizer's step is no op of a layer. */
const calls: Record<Exclude<keyof typeof CLIPKernel, 'AdamW'>, Call> = {
  LayerNorm: {
    op: () => layerNorm(tf.ones([2, 3]), tf.ones([3]), tf.ones([3]), 1e-5),
    inputs: ['beta', 'gamma', 'x'],
    attributes: { epsilon: 1e-5 },
  },
  Linear: {
    op: () =>
      linear(tf.ones([2, 3]), tf.ones([3, 4]), {
        bias: tf.ones([4]),
        residual: tf.ones([2, 4]),
        activation: 'quick_gelu',
      }),
    inputs: ['bias', 'kernel', 'residual', 'x'],
    attributes: { activation: 'quick_gelu' },
  },
  Attention: {
    op: () => attend({ mask: causalMask(3) }),
    inputs: ATTENTION_INPUTS,
    attributes: { numHeads, causal: true },
  },
  MaskedAttention: {
    op: () => attend({ mask: causalMask(3, tf.ones([1, 3])) }),
    inputs: [...ATTENTION_INPUTS, 'keyMask'].sort(),
    attributes: { numHeads, causal: true },
  },
  PatchEmbedding: {
    op: () =>
      patchEmbedding(tf.ones([1, 3, 4, 4]), tf.ones([2, 2, 3, width]), tf.ones([width]), tf.ones([5, width])),
    inputs: ['classEmbedding', 'kernel', 'pixelValues', 'positionEmbedding'],
    attributes: {},
  },
  TokenEmbedding: {
    op: () =>
      tokenEmbedding(tf.zeros([1, 2], 'int32'), tf.zeros([1, 2], 'int32'), tf.ones([3, 2]), tf.ones([3, 2])),
    inputs: ['ids', 'positionTable', 'positions', 'tokenTable'],
    attributes: {},
  },
  NormalizedProjection: {
    op: () => normalizedProjection(tf.ones([2, 3]), tf.ones([3, 4])),
    inputs: ['kernel', 'x'],
    attributes: {},
  },
  Similarity: {
    op: () => similarity(tf.ones([2, 3]), tf.ones([4, 3]), tf.scalar(0)),
    inputs: ['images', 'logitScale', 'texts'],
    attributes: {},
  },
  SimilaritySoftmax: {
    op: () => similaritySoftmax(tf.ones([2, 3]), tf.ones([4, 3]), tf.scalar(0)),
    inputs: ['images', 'logitScale', 'texts'],
    attributes: {},
  },
};

function attend(options: {
  mask?: ReturnType<typeof causalMask>;
  dropout?: number;
  outputAttentions?: boolean;
}) {
  const { query, key, value } = towards;
  const parts = { query: query(), key: key(), value: value() };
  const defaults = { numHeads, dropout: 0, outputAttentions: false };
  return attention(tf.ones([1, 3, width]), { ...parts, ...defaults, ...options }).hiddenStates;
}

describeBackends('a kernel', (backendName) => {
  const seen: { inputs: string[]; attributes: object }[] = [];
  let registered: string[] = [];

  const register = (kernelName: string) => {
    registered.push(kernelName);
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs, backend }) => {
        seen.push({ inputs: Object.keys(inputs).sort(), attributes: { ...attrs } });
        const values = new Float32Array([42]);
        const { write } = backend as unknown as {
          write(values: object, shape: number[], dtype: string): object;
        };
        return { dataId: write.call(backend, values, [1], 'float32'), shape: [1], dtype: 'float32' };
      },
    });
  };

  beforeEach(() => {
    seen.length = 0;
  });
  afterEach(() => {
    for (const name of registered) tf.unregisterKernel(name, backendName);
    registered = [];
  });

  it.each(Object.entries(calls))(
    'of %s is given what its contract says',
    async (key, { op, ...contract }) => {
      register(CLIPKernel[key as keyof typeof CLIPKernel]);
      await leavesNoTensors(async () => {
        const output = tf.tidy(op);
        expect([...(await output.data())]).toEqual([42]);
        return output;
      });
      expect(seen).toEqual([contract]);
    },
  );

  it('of Linear is told that there is no activation, and not of inputs that are not there', () => {
    register(CLIPKernel.Linear);
    tf.tidy(() => linear(tf.ones([2, 3]), tf.ones([3, 4])));
    expect(seen).toEqual([{ inputs: ['kernel', 'x'], attributes: { activation: null } }]);
  });

  it('of Attention is not asked for attentions or for dropout, which it has no way to give', () => {
    register(CLIPKernel.Attention);
    tf.tidy(() => [attend({ outputAttentions: true }), attend({ dropout: 0.5 })]);
    expect(seen).toEqual([]);
    tf.tidy(() => attend({}));
    expect(seen).toEqual([{ inputs: ATTENTION_INPUTS, attributes: { numHeads, causal: false } }]);
  });

  it('of another backend is left alone', async () => {
    register(CLIPKernel.LayerNorm);
    const other = backendName === 'cpu' ? 'wasm' : 'cpu';
    await tf.setBackend(other);
    tf.tidy(calls.LayerNorm.op);
    await tf.setBackend(backendName);
    expect(seen).toEqual([]);
  });

  it('without a gradient is not used while gradients are recorded', async () => {
    register(CLIPKernel.NormalizedProjection);
    const x = tf.tensor2d([[3, 4]]);
    const gradient = tf.tidy(() => tf.grad((y) => normalizedProjection(y as tf.Tensor2D, tf.eye(2)))(x));
    expect(seen).toEqual([]);
    await expect(gradient).toBeCloseToTensor([4 / 125, -3 / 125], 1e-5);
    tf.dispose([x, gradient]);
  });

  it('with a gradient is used then too', async () => {
    register(CLIPKernel.NormalizedProjection);
    tf.registerGradient({
      kernelName: CLIPKernel.NormalizedProjection,
      inputsToSave: ['x'],
      gradFunc: (_, [x]) => ({ x: () => tf.mul(x, 7), kernel: () => tf.zeros([2, 2]) }),
    });
    const x = tf.tensor2d([[3, 4]]);
    const gradient = tf.tidy(() => tf.grad((y) => normalizedProjection(y as tf.Tensor2D, tf.eye(2)))(x));
    expect(seen.length).toBe(1);
    expect([...(await gradient.data())]).toEqual([21, 28]);
    tf.dispose([x, gradient]);
    tf.unregisterGradient(CLIPKernel.NormalizedProjection);
  });

  it('with a gradient that saves what is not given is not used then', async () => {
    register(CLIPKernel.Linear);
    const gradFunc = () => ({});
    tf.registerGradient({ kernelName: CLIPKernel.Linear, inputsToSave: ['x', 'bias'], gradFunc });
    const x = tf.tensor2d([[3, 4]]);
    const gradient = tf.tidy(() => tf.grad((y) => linear(y, tf.eye(2)))(x));
    expect(seen).toEqual([]);
    expect([...(await gradient.data())]).toEqual([1, 1]);
    tf.dispose([x, gradient]);
    tf.unregisterGradient(CLIPKernel.Linear);
  });
});
