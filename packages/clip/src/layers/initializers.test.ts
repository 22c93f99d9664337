// SPDX-License-Identifier: Apache-2.0
/** The standard deviations that TFCLIP's classes ask of `get_initializer`, for every weight of both towers. */
import { CLIPConfig } from '../configuration/index.js';
import type { WeightSlot } from './compositeLayer.js';
import { TFCLIPImageClassificationMainLayer, TFCLIPMainLayer } from './mainLayers.js';
import { seededRandom } from './random.js';

/** Of a normal distribution that is cut at two standard deviations. */
const CUT = 0.8796;
const config = new CLIPConfig({
  projectionDim: 50,
  initializerFactor: 3,
  logitScaleInitValue: 1.5,
  numLabels: 40,
  textConfig: {
    ...{ hiddenSize: 64, intermediateSize: 100, numHiddenLayers: 2, numAttentionHeads: 4, vocabSize: 90 },
    ...{ initializerRange: 0.05, initializerFactor: 2, maxPositionEmbeddings: 70 },
  },
  visionConfig: {
    ...{ hiddenSize: 80, intermediateSize: 120, numHiddenLayers: 3, numAttentionHeads: 4 },
    ...{ initializerRange: 0.01, initializerFactor: 0.5, imageSize: 48, patchSize: 8 },
  },
});

/** Name → s, with H the width, L the depth, f and r the factor and the range of the tower. */
const text = { H: 64, L: 2, f: 2, r: 0.05 };
const vision = { H: 80, L: 3, f: 0.5, r: 0.01 };
const TABLE: [RegExp, (tower: typeof text) => number][] = [
  [/class_embedding$/, ({ H, f }) => H ** -0.5 * f],
  [/(patch|token|position)_embedding\.weight$/, ({ r, f }) => r * f],
  [/[qkv]_proj\.weight$/, ({ H, L, f }) => H ** -0.5 * (2 * L) ** -0.5 * f],
  [/out_proj\.weight$/, ({ H, f }) => H ** -0.5 * f],
  [/fc1\.weight$/, ({ H, f }) => (2 * H) ** -0.5 * f],
  [/fc2\.weight$/, ({ H, L, f }) => H ** -0.5 * (2 * L) ** -0.5 * f],
  [/^(text|visual)_projection\.weight$|^classifier\.weight$/, ({ H }) => H ** -0.5 * 3],
];
const main = new TFCLIPMainLayer(config);
const classifier = new TFCLIPImageClassificationMainLayer(config);
const slots = [
  ...main.weightSlots(),
  ...classifier.weightSlots().filter(({ name }) => /^classifier/.test(name)),
];

it.each(slots.map((slot) => [slot.name, slot] as const))('%s', (name, slot) => {
  const values = draw(slot);
  const rule = TABLE.find(([pattern]) => pattern.test(name))?.[1];
  if (name === 'logit_scale') expect([...values]).toEqual([1.5]);
  else if (rule) expectNormal(values, rule(name.startsWith('text') ? text : vision));
  else expect(new Set(values)).toEqual(new Set([/norm.*weight$/.test(name) ? 1 : 0]));
});

it('every weight but the scale, biases and norms is in the table', () => {
  const random = slots.filter(({ name }) => TABLE.some(([pattern]) => pattern.test(name)));
  expect(random.length).toBe(6 * (2 + 3) + 2 + 3 + 3);
});

function draw({ shape, initializer }: WeightSlot): Float32Array {
  return initializer(
    shape.reduce((product, size) => product * size, 1),
    seededRandom(7),
  );
}

/** The spread and the mean within five standard errors, nothing beyond the cut. */
function expectNormal(values: Float32Array, s: number): void {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length);
  const allowed = 5 / Math.sqrt(values.length);
  expect(Math.abs(mean / s)).toBeLessThan(allowed);
  expect(Math.abs(spread / (CUT * s) - 1)).toBeLessThan(allowed);
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(2 * s * (1 + 1e-6));
}
