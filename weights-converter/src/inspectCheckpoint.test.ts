// SPDX-License-Identifier: Apache-2.0
import {
  fullModel,
  singleFile,
  TEXT_PROJECTION,
  tensorsOf,
  textTower,
  VISION_PROJECTION,
  visionTower,
} from '../testing/clipCheckpoint.js';
import { DIALECTS, fixtureFiles } from '../testing/fixtures.js';
import { inspectCheckpoint } from './inspectCheckpoint.js';

it.each(DIALECTS)('$folder', async ({ folder, file, format, scheme }) => {
  const files = fixtureFiles(folder);
  const inspection = await inspectCheckpoint(files, { file });
  expect(inspection).toMatchObject({
    name: 'tiny-clip',
    format,
    scheme,
    modelClass: 'CLIPModel',
    problems: [],
  });
  expect(inspection.total).toMatchObject({ tensors: 78, parameters: 7313 });
  expect(inspection.parts).toMatchObject({
    text: { tensors: 36, parameters: 2768 },
    vision: { tensors: 39, parameters: 4320 },
    projections: { tensors: 2, parameters: 224 },
    logitScale: { tensors: 1, parameters: 1 },
  });
  expect(files.use.open).toBe(0);
});

it('types and bytes: half of them in half precision', async () => {
  const { dtypes, total } = await inspectCheckpoint(fixtureFiles('openai'));
  expect(Object.keys(dtypes).sort()).toEqual(['F16', 'F32']);
  expect(total.bytes).toBe(dtypes.F16!.parameters * 2 + dtypes.F32!.parameters * 4);
  expect(total.bytes).toBe(dtypes.F16!.bytes + dtypes.F32!.bytes);
});

it.each([
  ['CLIPModel', fullModel()],
  ['CLIPTextModel', textTower('')],
  ['CLIPTextModelWithProjection', { ...textTower(), ...TEXT_PROJECTION }],
  ['CLIPVisionModel', visionTower()],
  ['CLIPVisionModelWithProjection', { ...visionTower(), ...VISION_PROJECTION }],
  ['CLIPForImageClassification', { ...visionTower(), 'classifier.weight': [2, 8], 'classifier.bias': [2] }],
])('knows a %s, which loads by the configuration that its tensors give', async (modelClass, shapes) => {
  const inspection = await inspectCheckpoint(await singleFile(tensorsOf(shapes)));
  expect(inspection).toMatchObject({ modelClass, configSource: 'tensors', problems: [] });
});

it('says what keeps it from loading', async () => {
  const config = { vision_config: { hidden_size: 18 } };
  const files = fixtureFiles('hugging-face', {
    'config.json': new TextEncoder().encode(JSON.stringify(config)),
  });
  const { problems } = await inspectCheckpoint(files);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^tiny-clip does not fit the model; nothing was loaded\.\n {2}\d+ missing: /);
});

it('what is no CLIP, and a broken configuration, are problems and not failures', async () => {
  const files = await singleFile(tensorsOf({ weight: [2] }));
  expect(await inspectCheckpoint(files)).toMatchObject({
    modelClass: null,
    config: null,
    parts: { other: { tensors: 1, parameters: 2, bytes: 8 } },
    problems: [
      'tiny-clip has no config.json, and its tensors are not those of a CLIP: none is the embedding of a text or a vision tower.',
      'The tensors are not those of any class of CLIP.',
    ],
  });
});
