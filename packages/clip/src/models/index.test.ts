// SPDX-License-Identifier: Apache-2.0
import * as models from './index.js';

const exported: Record<string, unknown> = { ...models };

it.each([
  'CLIPModel',
  'CLIPTextModel',
  'CLIPTextModelWithProjection',
  'CLIPVisionModel',
  'CLIPVisionModelWithProjection',
  'CLIPForImageClassification',
  'CLIPOutput',
])('%s is the TF class under its PyTorch name', (name) => {
  expect(exported[name]).toBeDefined();
  expect(exported[name]).toBe(exported[`TF${name}`]);
});

it('BaseModelOutputWithPooling is too', () => {
  expect(models.BaseModelOutputWithPooling).toBe(models.TFBaseModelOutputWithPooling);
});
