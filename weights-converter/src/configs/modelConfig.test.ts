// SPDX-License-Identifier: Apache-2.0
import {
  fullModel,
  memoryFiles,
  prefixed,
  singleFile,
  TEXT_PROJECTION,
  tensorsOf,
  textTower,
  VISION_PROJECTION,
  visionTower,
} from '../../testing/clipCheckpoint.js';
import { DIALECTS, fixtureFile, fixtureFiles } from '../../testing/fixtures.js';
import { openCheckpoint } from '../openCheckpoint.js';
import { type JSONObject, readConfig, readPreprocessor } from './modelConfig.js';
import { toOpenClipConfig } from './openClipConfig.js';

const REFERENCE: JSONObject = JSON.parse(
  new TextDecoder().decode(fixtureFile('hugging-face', 'config.json')),
);

/** What decides what the model computes. */
function essentials(json: JSONObject) {
  const tower = (config: JSONObject, more: string[]) =>
    Object.fromEntries(
      [
        ...['hidden_size', 'intermediate_size', 'num_hidden_layers', 'num_attention_heads', 'hidden_act'],
        ...['layer_norm_eps', 'projection_dim', ...more],
      ].map((key) => [key, config[key]]),
    );
  return {
    model_type: json.model_type,
    projection_dim: json.projection_dim,
    text: tower(json.text_config as JSONObject, ['vocab_size', 'max_position_embeddings', 'eos_token_id']),
    vision: tower(json.vision_config as JSONObject, ['image_size', 'patch_size', 'num_channels']),
  };
}

const ACTIVATION = 'the activation is taken for quick_gelu, as in all models of OpenAI';
const SIZES = 'There is no config.json: the sizes are those of the tensors';
const heads = (tower: string, width: number) =>
  `${tower} is ${width} wide, no multiple of 64: its number of heads is taken for 1.`;

it.each(DIALECTS)('$folder is described as the reference is', async ({ folder, file }) => {
  const files = fixtureFiles(folder);
  const checkpoint = await openCheckpoint(files, { file });
  const { json, source, notes } = await readConfig(files, checkpoint);
  expect(essentials(json)).toEqual(essentials(REFERENCE));
  if (folder.startsWith('open-clip')) expect([source, notes]).toEqual(['open_clip_config.json', []]);
  else if (!folder.startsWith('openai')) expect([source, notes]).toEqual(['config.json', []]);
  else {
    const said = [`${SIZES}, and ${ACTIVATION}.`, heads('text_model', 12), heads('vision_model', 16)];
    expect([source, notes]).toEqual(['tensors', said]);
  }
});

it('opens the weights itself where they must tell, and closes them', async () => {
  const files = fixtureFiles('openai');
  expect(essentials((await readConfig(files)).json)).toEqual(essentials(REFERENCE));
  expect(files.use.open).toBe(0);
});

describe('from tensors', () => {
  const described = async (shapes: Record<string, number[]>) =>
    (await readConfig(await singleFile(tensorsOf(shapes)))).json;

  it.each([
    ['', { ...textTower(), ...TEXT_PROJECTION }],
    ['clip.', prefixed('clip.', { ...textTower(), ...TEXT_PROJECTION })],
  ])('a text tower, prefix %j', async (_prefix, shapes) => {
    expect(await described(shapes)).toMatchObject({
      model_type: 'clip_text_model',
      vocab_size: 7,
      hidden_size: 4,
      intermediate_size: 6,
      num_hidden_layers: 2,
      max_position_embeddings: 5,
      projection_dim: 3,
    });
  });

  it('bare towers', async () => {
    expect(await described(textTower(''))).toMatchObject({ model_type: 'clip_text_model', hidden_size: 4 });
    expect(await described(visionTower(''))).toMatchObject({
      model_type: 'clip_vision_model',
      hidden_size: 8,
    });
  });

  it('a vision tower', async () => {
    expect(await described({ ...visionTower(), ...VISION_PROJECTION })).toMatchObject({
      model_type: 'clip_vision_model',
      image_size: 4,
      patch_size: 2,
      num_channels: 3,
      hidden_size: 8,
      intermediate_size: 10,
      num_hidden_layers: 1,
      projection_dim: 3,
    });
  });

  it("OpenCLIP's names without its configuration: gelu, and said", async () => {
    const files = memoryFiles({
      'open_clip_pytorch_model.bin': fixtureFile('open-clip', 'open_clip_pytorch_model.bin'),
    });
    const { json, notes } = await readConfig(files);
    expect((json.text_config as JSONObject).hidden_act).toBe('gelu');
    expect(notes[0]).toBe(`${SIZES}, and the activation is taken for gelu, as in most models of OpenCLIP.`);
  });

  it('no picture is of 5 patches', async () => {
    const shapes = { ...fullModel(), 'vision_model.embeddings.position_embedding.weight': [6, 8] };
    await expect(described(shapes)).rejects.toThrow(
      'tiny-clip has patches of 2×2 and 5 of them, which is no square picture; this library runs square ones.',
    );
  });

  it('what is no CLIP has no configuration', async () => {
    await expect(described({ weight: [1] })).rejects.toThrow(
      'tiny-clip has no config.json, and its tensors are not those of a CLIP: none is the embedding of a text or a vision tower.',
    );
  });
});

describe('open_clip_config.json', () => {
  const openClip = () =>
    JSON.parse(new TextDecoder().decode(fixtureFile('open-clip', 'open_clip_config.json')));
  const read = async (change: (json: ReturnType<typeof openClip>) => void) => {
    const json = openClip();
    change(json);
    const bytes = new TextEncoder().encode(JSON.stringify(json));
    const files = memoryFiles({ 'open_clip_config.json': bytes });
    return { ...(await readConfig(files)), preprocessor: await readPreprocessor(files) };
  };

  it("defaults are OpenCLIP's", async () => {
    const { json } = await read((j) => {
      j.model_cfg = { embed_dim: 512, vision_cfg: { patch_size: 32 }, text_cfg: {} };
    });
    expect(essentials(json)).toEqual({
      model_type: 'clip',
      projection_dim: 512,
      text: {
        hidden_size: 512,
        intermediate_size: 2048,
        num_hidden_layers: 12,
        num_attention_heads: 8,
        hidden_act: 'gelu',
        layer_norm_eps: 1e-5,
        projection_dim: 512,
        vocab_size: 49408,
        max_position_embeddings: 77,
        eos_token_id: 2,
      },
      vision: {
        hidden_size: 768,
        intermediate_size: 3072,
        num_hidden_layers: 12,
        num_attention_heads: 12,
        hidden_act: 'gelu',
        layer_norm_eps: 1e-5,
        projection_dim: 512,
        image_size: 224,
        patch_size: 32,
        num_channels: 3,
      },
    }); // prettier-ignore
  });

  it('an epsilon, pairs of equal sizes, and what changes nothing', async () => {
    const { json } = await read((j) => {
      Object.assign(j.model_cfg.vision_cfg, {
        norm_kwargs: { eps: 1e-6 },
        image_size: [8, 8],
        patch_dropout: 0.5,
      });
      Object.assign(j.model_cfg.text_cfg, {
        hf_tokenizer_name: 'x',
        pool_type: 'argmax',
        act_kwargs: {},
        proj_bias: false,
      });
    });
    expect(json.vision_config).toMatchObject({ layer_norm_eps: 1e-6, image_size: 8 });
  });

  it.each<[string, (json: ReturnType<typeof openClip>) => void]>([
    [
      'vision_cfg.timm_model_name: "resnet50"',
      (j) => Object.assign(j.model_cfg.vision_cfg, { timm_model_name: 'resnet50' }),
    ],
    ['layers: [3,4,6,3]', (j) => Object.assign(j.model_cfg.vision_cfg, { layers: [3, 4, 6, 3] })],
    ['image_size: [8,12]', (j) => Object.assign(j.model_cfg.vision_cfg, { image_size: [8, 12] })],
    [
      'vision_cfg.attentional_pool: true',
      (j) => Object.assign(j.model_cfg.vision_cfg, { attentional_pool: true }),
    ],
    ['vision_cfg.pool_type: "avg"', (j) => Object.assign(j.model_cfg.vision_cfg, { pool_type: 'avg' })],
    [
      'vision_cfg.norm_kwargs: {"bias":false}',
      (j) => Object.assign(j.model_cfg.vision_cfg, { norm_kwargs: { bias: false } }),
    ],
    [
      'text_cfg.hf_model_name: "roberta-base"',
      (j) => Object.assign(j.model_cfg.text_cfg, { hf_model_name: 'roberta-base' }),
    ],
    [
      'text_cfg.act_kwargs: {"approximate":"tanh"}',
      (j) => Object.assign(j.model_cfg.text_cfg, { act_kwargs: { approximate: 'tanh' } }),
    ],
    ['text_cfg.no_causal_mask: true', (j) => Object.assign(j.model_cfg.text_cfg, { no_causal_mask: true })],
    ['init_logit_bias: -10', (j) => Object.assign(j.model_cfg, { init_logit_bias: -10 })],
    ['interpolation: "nearest"', (j) => Object.assign(j.preprocess_cfg, { interpolation: 'nearest' })],
    ['resize_mode: "longest"', (j) => Object.assign(j.preprocess_cfg, { resize_mode: 'longest' })],
  ])('%s is refused', async (field, change) => {
    await expect(read(change)).rejects.toThrow(
      `tiny-clip says ${field}, which a plain CLIP of two transformers has not; this library cannot run it.`,
    );
  });

  it('the image processor', async () => {
    const { preprocessor } = await read(() => {});
    expect(preprocessor).toEqual({
      image_processor_type: 'CLIPImageProcessor',
      do_convert_rgb: true,
      do_resize: true,
      size: { shortest_edge: 8 },
      resample: 3,
      do_center_crop: true,
      crop_size: { height: 8, width: 8 },
      do_rescale: true,
      rescale_factor: 1 / 255,
      do_normalize: true,
      image_mean: [0.48145466, 0.4578275, 0.40821073],
      image_std: [0.26862954, 0.26130258, 0.27577711],
    });
    const squashed = await read((j) =>
      Object.assign(j.preprocess_cfg, { resize_mode: 'squash', interpolation: 'bilinear', size: 16 }),
    );
    expect(squashed.preprocessor).toMatchObject({
      size: { height: 16, width: 16 },
      do_center_crop: false,
      resample: 2,
    });
  });

  it('→ config.json → open_clip_config.json describes the same model', async () => {
    const { json, preprocessor } = await read(() => {});
    const back = toOpenClipConfig(json, preprocessor);
    const expected = openClip();
    expected.model_cfg.text_cfg.mlp_ratio = 16 / 12; // 1.34 there, of which int(12 * 1.34) is 16.
    expect(back).toEqual(expected);
    const again = memoryFiles({ 'open_clip_config.json': new TextEncoder().encode(JSON.stringify(back)) });
    expect((await readConfig(again)).json).toEqual(json);
  });

  it.each<[string, string, JSONObject]>([
    [
      'two activations',
      "the activations 'gelu' and 'quick_gelu'; it has one, gelu or quick_gelu",
      { text_config: { hidden_act: 'gelu' } },
    ],
    [
      'an end in the middle',
      'texts that end at the id 7; its end at the largest id',
      { text_config: { eos_token_id: 7 } },
    ],
    ['grey pictures', '1 channels; it has 3', { vision_config: { num_channels: 1 } }],
  ])('%s cannot be written', (_what, message, change) => {
    const merged = Object.fromEntries(
      Object.entries(REFERENCE).map(([key, value]) => [
        key,
        key in change ? { ...(value as JSONObject), ...(change[key] as JSONObject) } : value,
      ]),
    );
    expect(() => toOpenClipConfig(merged)).toThrow(`OpenCLIP's configuration cannot say ${message}.`);
  });
});

it('preprocessor_config.json comes first; none is null', async () => {
  const own = memoryFiles({ 'preprocessor_config.json': new TextEncoder().encode('{"own": 1}') });
  expect(await readPreprocessor(own)).toEqual({ own: 1 });
  expect(await readPreprocessor(fixtureFiles('torch'))).toBeNull();
});

it.each([
  ['[]', 'it must hold a JSON object, {…}'],
  ['{', 'it is not JSON'],
])('a configuration that is %s is refused', async (text, what) => {
  const files = memoryFiles({ 'config.json': new TextEncoder().encode(text) });
  await expect(readConfig(files)).rejects.toThrow(
    `config.json of tiny-clip cannot be read: ${what}. It is damaged or incomplete; fetch it again.`,
  );
});
