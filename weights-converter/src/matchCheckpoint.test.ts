// SPDX-License-Identifier: Apache-2.0
/** Every way in which transformers writes a CLIP or a part of it, and everything that can be wrong with one. */
import type { WritableTensor } from '@tfjs-clip/safetensors';
import {
  fullModel,
  positionIds,
  prefixed,
  SIZES,
  singleFile,
  TEXT_PROJECTION,
  tensorsOf,
  textTower,
  VISION_PROJECTION,
  visionTower,
} from '../testing/clipCheckpoint.js';
import { CheckpointMismatchError } from './errors.js';
import { toOurShape } from './layout.js';
import { type ExpectedTensor, matchCheckpoint } from './matchCheckpoint.js';
import { openCheckpoint } from './openCheckpoint.js';
import type { Tower } from './prefixes.js';

type Shapes = Record<string, number[]>;

function expectedOf(shapes: Shapes): ExpectedTensor[] {
  return Object.entries(shapes).map(([name, shape]) => ({ name, shape: toOurShape(name, shape) }));
}

async function match(tensors: Shapes | WritableTensor[], expected: Shapes, tower?: Tower) {
  const files = await singleFile(Array.isArray(tensors) ? tensors : tensorsOf(tensors));
  const checkpoint = await openCheckpoint(files);
  const read = files.use.bytesRead;
  const matched = matchCheckpoint(checkpoint, expectedOf(expected), tower);
  expect(files.use.bytesRead).toBe(read);
  return matched;
}

async function mismatch(tensors: Shapes | WritableTensor[], expected: Shapes, tower?: Tower) {
  try {
    await match(tensors, expected, tower);
  } catch (error) {
    if (error instanceof CheckpointMismatchError) return error;
    throw error;
  }
  throw new Error('it matched');
}

it('the key set is the one that transformers writes', () => {
  expect(Object.keys(fullModel()).length).toBe(14 + 16 * (SIZES.textLayers + SIZES.visionLayers));
});

describe('finds every tensor in', () => {
  const text = textTower();
  const vision = visionTower();
  const classifier = { 'classifier.weight': [2, 8], 'classifier.bias': [2] };
  it.each<[name: string, checkpoint: Shapes, expected: Shapes, tower: Tower | null]>([
    ['CLIPModel', fullModel(), fullModel(), null],
    ['CLIPModel within a larger model, `clip.`', prefixed('clip.', fullModel()), fullModel(), null],
    ['CLIPModel within a larger model, `model.`', prefixed('model.', fullModel()), fullModel(), null],
    ['CLIPTextModel of transformers 4 (prefixed)', text, text, 'text_model'],
    ['CLIPVisionModel of transformers 4 (prefixed)', vision, vision, 'vision_model'],
    ['CLIPTextModel of transformers 5 (bare)', textTower(''), text, 'text_model'],
    ['CLIPVisionModel of transformers 5 (bare)', visionTower(''), vision, 'vision_model'],
    ['a bare tower behind `model.`', prefixed('model.', visionTower('')), vision, 'vision_model'],
    [
      'CLIPTextModelWithProjection',
      { ...text, ...TEXT_PROJECTION },
      { ...text, ...TEXT_PROJECTION },
      'text_model',
    ],
    [
      'CLIPVisionModelWithProjection',
      { ...vision, ...VISION_PROJECTION },
      { ...vision, ...VISION_PROJECTION },
      'vision_model',
    ],
    [
      'a bare tower with its projection',
      { ...textTower(''), ...TEXT_PROJECTION },
      { ...text, ...TEXT_PROJECTION },
      'text_model',
    ],
    [
      'CLIPForImageClassification',
      { ...vision, ...classifier },
      { ...vision, ...classifier },
      'vision_model',
    ],
    [
      'a wrapped tower whose head is outside',
      { ...prefixed('clip.', vision), ...classifier },
      { ...vision, ...classifier },
      null,
    ],
    ['CLIPModel, when its text tower is asked for', fullModel(), text, 'text_model'],
    ['CLIPModel, when its vision tower is asked for', prefixed('clip.', fullModel()), vision, 'vision_model'],
    [
      'CLIPModel, when a tower with its projection is asked for',
      fullModel(),
      { ...vision, ...VISION_PROJECTION },
      'vision_model',
    ],
  ])('%s', async (_, checkpoint, expected, tower) => {
    const matched = await match(checkpoint, expected, tower ?? undefined);
    expect([...matched.keys()]).toEqual(Object.keys(expected));
    for (const [name, tensor] of matched) {
      expect(name.endsWith(tensor.name) || tensor.name.endsWith(name)).toBe(true);
      expect(tensor.shape).toEqual(toOurShape(name, expected[name]));
    }
  });
});

it('a matched tensor reads its own values, whatever its name was', async () => {
  const tensors = tensorsOf(prefixed('clip.', fullModel()));
  const matched = await match(tensors, fullModel());
  const name = 'vision_model.post_layernorm.bias';
  const source = tensors.find((tensor) => tensor.name === `clip.${name}`)!;
  expect(await matched.get(name)!.read()).toEqual(source.data);
});

describe('passes over', () => {
  it.each(['text_model.', 'vision_model.', 'clip.text_model.', ''])(
    'position_ids under %j',
    async (prefix) => {
      const matched = await match(
        [...tensorsOf(textTower()), positionIds(prefix)],
        textTower(),
        'text_model',
      );
      expect(matched.size).toBe(Object.keys(textTower()).length);
    },
  );

  it('position_ids of both towers of a full model', async () => {
    const tensors = [...tensorsOf(fullModel()), positionIds('text_model.'), positionIds('vision_model.')];
    expect((await match(tensors, fullModel())).size).toBe(Object.keys(fullModel()).length);
  });

  it('the [1] of a logit_scale that TensorFlow wrote', async () => {
    const matched = await match({ ...fullModel(), logit_scale: [1] }, fullModel());
    expect(matched.get('logit_scale')!.shape).toEqual([]);
  });
});

it('reports missing, unexpected and mis-shaped tensors together', async () => {
  const found: Shapes = {
    ...fullModel(),
    'text_projection.weight': [3, 5],
    'text_model.extra': [1],
    nonsense: [1],
  };
  delete found['vision_model.pre_layrnorm.bias'];
  delete found.logit_scale;
  const error = await mismatch(found, fullModel());
  expect(error.code).toBe('CHECKPOINT_MISMATCH');
  expect(error.missing).toEqual(['logit_scale', 'vision_model.pre_layrnorm.bias']);
  expect(error.unexpected).toEqual(['nonsense', 'text_model.extra']);
  expect(error.misshapen).toEqual([{ name: 'text_projection.weight', expected: [4, 3], found: [5, 3] }]);
  expect(error.message).toBe(`tiny-clip does not fit the model; nothing was loaded.
  2 missing: logit_scale, vision_model.pre_layrnorm.bias
  2 unexpected: nonsense, text_model.extra
  1 of another shape: text_projection.weight [5,3] instead of [4,3]
Check that config.json and the class of the model belong to these weights.`);
});

it('shortens long lists in the message and keeps them whole in the fields', async () => {
  const error = await mismatch({ logit_scale: [] }, fullModel());
  const count = Object.keys(fullModel()).length - 1;
  expect(error.missing.length).toBe(count);
  expect(error.message).toContain(`  ${count} missing: text_projection.weight, visual_projection.weight, `);
  expect(error.message).toContain(`, … and ${count - 6} more\n`);
  expect(error.message.length).toBeLessThan(600);
});

it('a shape [1] where a scalar is expected is another shape', async () => {
  const error = await mismatch({ 'classifier.bias': [1] }, { 'classifier.bias': [] });
  expect(error.misshapen).toEqual([{ name: 'classifier.bias', expected: [], found: [1] }]);
});

it('a matrix that was stored transposed is another shape', async () => {
  const error = await mismatch({ 'text_projection.weight': [4, 3] }, { 'text_projection.weight': [3, 4] });
  expect(error.misshapen).toEqual([{ name: 'text_projection.weight', expected: [4, 3], found: [3, 4] }]);
});

it('two names for one tensor are reported, with the mixture', async () => {
  const again = { 'clip.text_model.final_layer_norm.bias': [4] };
  const error = await mismatch({ ...textTower(), ...again }, textTower(), 'text_model');
  expect(error.ambiguous).toEqual([
    {
      name: 'text_model.final_layer_norm.bias',
      sources: ['clip.text_model.final_layer_norm.bias', 'text_model.final_layer_norm.bias'],
    },
  ]);
  expect(error.mixedNames).toHaveLength(2);
  expect(error.missing).toEqual([]);
  expect(error.message).toContain(
    '1 given more than once: text_model.final_layer_norm.bias by clip.text_model.final_layer_norm.bias and text_model.final_layer_norm.bias',
  );
});

it('two heads of one name are reported', async () => {
  const error = await mismatch({ ...fullModel(), 'clip.logit_scale': [] }, fullModel());
  expect(error.ambiguous).toEqual([{ name: 'logit_scale', sources: ['clip.logit_scale', 'logit_scale'] }]);
});

it('towers named in two ways are reported even where every tensor is found once', async () => {
  const mixed = { ...fullModel(), ...textTower(), ...prefixed('clip.', visionTower()) };
  for (const name of Object.keys(visionTower())) delete mixed[name];
  const error = await mismatch(mixed, fullModel());
  expect(error.mixedNames.map((name) => name.split('.')[0]).sort()).toEqual(['clip', 'text_model']);
  expect(error).toMatchObject({ missing: [], unexpected: [], misshapen: [], ambiguous: [] });
  expect(error.message).toContain('  2 named in different ways: ');
});

it('a tower half bare and half prefixed is reported', async () => {
  const mixed = { ...textTower(''), ...textTower() };
  delete mixed['embeddings.token_embedding.weight'];
  const error = await mismatch(mixed, textTower(), 'text_model');
  expect(error.mixedNames).toHaveLength(2);
  expect(error.ambiguous).toHaveLength(Object.keys(textTower()).length - 1);
});

it('the other tower, saved bare, is not taken for the one asked for', async () => {
  const error = await mismatch(visionTower(''), textTower(), 'text_model');
  expect(error.missing).toContain('text_model.embeddings.token_embedding.weight');
  expect(error.unexpected).toContain('embeddings.patch_embedding.weight');
});

it('a bare tower is no full model', async () => {
  const error = await mismatch(textTower(''), fullModel());
  expect(error.missing).toEqual(Object.keys(fullModel()));
  expect(error.unexpected.sort()).toEqual(Object.keys(textTower('')).sort());
});

it('a deeper tower than expected is unexpected, not cut', async () => {
  const deeper = { ...textTower(), 'text_model.encoder.layers.2.mlp.fc1.bias': [6] };
  const error = await mismatch(deeper, textTower(), 'text_model');
  expect(error.unexpected).toEqual(['text_model.encoder.layers.2.mlp.fc1.bias']);
});

it('names such as "__proto__" and "constructor" are unexpected like any other', async () => {
  const tensors = ['__proto__', 'constructor'].map((name) => ({ ...tensorsOf({ x: [1] })[0], name }));
  const error = await mismatch([...tensors, ...tensorsOf(fullModel())], fullModel());
  expect(error.unexpected).toEqual(['__proto__', 'constructor']);
});
