// SPDX-License-Identifier: Apache-2.0
import { fromOurLayout, fromOurShape, toOurLayout, toOurShape } from './layout.js';
import { transpose } from './transpose.js';

function counting(shape: number[]): Float32Array {
  return Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i);
}

describe('linear weights are kernels [in, out]', () => {
  it.each([
    'text_model.encoder.layers.0.self_attn.q_proj.weight',
    'vision_model.encoder.layers.11.self_attn.out_proj.weight',
    'encoder.layers.3.mlp.fc1.weight',
    'clip.text_model.encoder.layers.3.mlp.fc2.weight',
    'text_projection.weight',
    'model.visual_projection.weight',
    'classifier.weight',
    'fc1.weight',
  ])('%s', (name) => {
    expect(toOurLayout(name, [2, 3], Float32Array.of(1, 2, 3, 4, 5, 6))).toEqual({
      shape: [3, 2],
      data: Float32Array.of(1, 4, 2, 5, 3, 6),
    });
  });
});

describe('everything else stays as it is, without a copy', () => {
  it.each([
    ['text_model.encoder.layers.0.self_attn.q_proj.bias', [6]],
    ['text_model.embeddings.token_embedding.weight', [2, 3]],
    ['vision_model.embeddings.position_embedding.weight', [2, 3]],
    ['vision_model.embeddings.class_embedding', [6]],
    ['vision_model.pre_layrnorm.weight', [6]],
    ['classifier.bias', [6]],
    ['logit_scale', []],
    // Of a rank that no layout has: matching reports it.
    ['text_projection.weight', [6]],
    ['vision_model.embeddings.patch_embedding.weight', [2, 3]],
    ['logit_scale', [6]],
    // Names that only look alike.
    ['image_classifier_head.weight', [2, 3]],
    ['my_fc1.weight', [2, 3]],
  ])('%s %j', (name, shape) => {
    const data = counting(shape);
    const ours = toOurLayout(name, shape, data);
    expect(ours.shape).toEqual(shape);
    expect(ours.data).toBe(data);
    expect(fromOurLayout(name, shape, data).data).toBe(data);
  });
});

it('the patch convolution goes from [hidden, channels, height, width] to [height, width, channels, hidden]', () => {
  const name = 'vision_model.embeddings.patch_embedding.weight';
  const [hidden, channels, height, width] = [5, 3, 2, 4];
  const theirs = counting([hidden, channels, height, width]);
  const { shape, data } = toOurLayout(name, [hidden, channels, height, width], theirs);
  expect(shape).toEqual([height, width, channels, hidden]);
  const at = (o: number, c: number, y: number, x: number) => ((o * channels + c) * height + y) * width + x;
  const expected: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        for (let o = 0; o < hidden; o++) expected.push(at(o, c, y, x));
      }
    }
  }
  expect([...data]).toEqual(expected);
});

it('a logit_scale of one element, as TensorFlow writes it, is a scalar', () => {
  const data = Float32Array.of(2.6592);
  expect(toOurLayout('logit_scale', [1], data)).toEqual({ shape: [], data });
  expect(fromOurShape('logit_scale', [])).toEqual([]);
});

it.each([
  ['text_projection.weight', [7, 2]],
  ['vision_model.embeddings.patch_embedding.weight', [5, 3, 2, 4]],
  ['vision_model.post_layernorm.bias', [4]],
])('%s comes back as it was', (name, shape) => {
  const data = counting(shape);
  const ours = toOurLayout(name, shape, data);
  expect(ours.shape).toEqual(toOurShape(name, shape));
  expect(fromOurShape(name, ours.shape)).toEqual(shape);
  expect(fromOurLayout(name, ours.shape, ours.data)).toEqual({ shape, data });
});

it.each([
  [1, 1],
  [1, 100],
  [32, 32],
  [33, 31],
  [64, 97],
  [0, 5],
])('a matrix of %d × %d is transposed, whether blocks fit or not', (rows, columns) => {
  const data = counting([rows, columns]);
  const transposed = new Float32Array(rows * columns);
  const from = { data, offset: 0, stride: columns };
  transpose(from, rows, columns, { data: transposed, offset: 0, stride: rows });
  const wrong = [...transposed.keys()].filter(
    (i) => transposed[i] !== (i % rows) * columns + Math.floor(i / rows),
  );
  expect(wrong).toEqual([]);
});
