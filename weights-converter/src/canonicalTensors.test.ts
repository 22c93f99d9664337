// SPDX-License-Identifier: Apache-2.0
import {
  fullModel,
  positionIds,
  prefixed,
  singleFile,
  tensorsOf,
  textTower,
  visionTower,
} from '../testing/clipCheckpoint.js';
import { canonicalTensors } from './canonicalTensors.js';
import { openCheckpoint } from './openCheckpoint.js';

it.each([
  ['a full model', fullModel(), fullModel()],
  ['a full model within another', prefixed('clip.', fullModel()), fullModel()],
  ['a bare text tower', textTower(''), textTower()],
  ['a bare vision tower', visionTower(''), visionTower()],
])('%s has the names of a full model', async (_what, shapes, canonical) => {
  const checkpoint = await openCheckpoint(await singleFile(tensorsOf(shapes)));
  const { tensors, others } = canonicalTensors(checkpoint);
  expect([...tensors.keys()].sort()).toEqual(Object.keys(canonical).sort());
  expect(others).toEqual([]);
});

it('position_ids are left out, what is not of CLIP comes apart', async () => {
  const tensors = [...tensorsOf({ logit_scale: [], 'head.weight': [2] }), positionIds('text_model.')];
  const found = canonicalTensors(await openCheckpoint(await singleFile(tensors)));
  expect([...found.tensors.keys()]).toEqual(['logit_scale']);
  expect(found.others.map(({ name }) => name)).toEqual(['head.weight']);
});

it('two tensors for one are refused', async () => {
  const checkpoint = await openCheckpoint(
    await singleFile(tensorsOf({ logit_scale: [], 'clip.logit_scale': [] })),
  );
  expect(() => canonicalTensors(checkpoint)).toThrow(
    "tiny-clip cannot be read: 'clip.logit_scale' and 'logit_scale' are one tensor of the model. " +
      'It is damaged or incomplete; fetch it again.',
  );
});
