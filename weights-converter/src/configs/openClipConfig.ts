// SPDX-License-Identifier: Apache-2.0
/**
 * open_clip_config.json ↔ config.json and preprocessor_config.json. What is said there and has no counterpart here (pooling by
 * attention, text models of other kinds, …) is refused rather than left out: such a model would run, and give wrong numbers.
 * src/open_clip/model.py, CLIPVisionCfg and CLIPTextCfg, whose defaults these are.
 */
import { UnsupportedCheckpointError, UnwritableTensorError } from '../errors.js';
import type { JSONObject, ModelConfig } from './modelConfig.js';

const VISION = { layers: 12, width: 768, head_width: 64, mlp_ratio: 4, patch_size: 16, image_size: 224 };
const TEXT = { context_length: 77, vocab_size: 49408, width: 512, heads: 8, layers: 12, mlp_ratio: 4 };
/** Fields that change nothing of what a loaded model computes, or that are read elsewhere. */
const INERT = new Set([
  ...['patch_dropout', 'hf_tokenizer_name', 'tokenizer_kwargs', 'tokenizer_mode', 'output_tokens', 'pad_id'],
  ...['timm_pool', 'timm_proj', 'timm_proj_bias', 'timm_drop', 'timm_drop_path'],
  ...['timm_model_pretrained', 'hf_model_pretrained', 'hf_proj_type', 'hf_pooler_type'],
  ...['attn_pooler_queries', 'attn_pooler_heads'],
]);
/** The only values of these that a plain CLIP has. */
const PLAIN: JSONObject = {
  pos_embed_type: 'learnable',
  pool_type: ['tok', 'argmax'],
  proj_type: 'linear',
  eos_id: 2,
};
const MEAN = [0.48145466, 0.4578275, 0.40821073];
const STD = [0.26862954, 0.26130258, 0.27577711];
/** Pillow's numbers. */
const RESAMPLE: Readonly<Record<string, number>> = { bilinear: 2, bicubic: 3 };

/** @throws UnsupportedCheckpointError naming what the model has that a plain CLIP has not */
export function fromOpenClipConfig(json: JSONObject, name: string): ModelConfig {
  const model = asObject(json.model_cfg ?? json);
  const [vision, text] = [asObject(model.vision_cfg), asObject(model.text_cfg)];
  refuseOthers(vision, VISION, 'vision_cfg', name);
  refuseOthers(text, TEXT, 'text_cfg', name);
  if (model.init_logit_bias != null) throw unsupported(name, 'init_logit_bias', model.init_logit_bias);
  const v = numbers(vision, VISION, name);
  const t = numbers(text, TEXT, name);
  const projection_dim = numbers(model, { embed_dim: 512 }, name).embed_dim;
  const hidden_act = model.quick_gelu === true ? 'quick_gelu' : 'gelu';
  const tower = (cfg: JSONObject, { width, layers, mlp_ratio }: Record<string, number>, heads: number) => ({
    hidden_size: width,
    intermediate_size: Math.floor(width * mlp_ratio),
    num_hidden_layers: layers,
    num_attention_heads: heads,
    hidden_act,
    layer_norm_eps: asObject(cfg.norm_kwargs).eps ?? 1e-5,
    projection_dim,
  });
  const text_config = {
    model_type: 'clip_text_model',
    ...tower(text, t, t.heads),
    vocab_size: t.vocab_size,
    max_position_embeddings: t.context_length,
    // The rule of old files: the text ends at the largest id, whatever it is.
    ...{ bos_token_id: 0, eos_token_id: 2, pad_token_id: 1 },
  };
  const vision_config = {
    model_type: 'clip_vision_model',
    ...tower(vision, v, Math.floor(v.width / v.head_width)),
    image_size: v.image_size,
    patch_size: v.patch_size,
    num_channels: 3,
  };
  return {
    json: { model_type: 'clip', projection_dim, text_config, vision_config },
    source: 'open_clip_config.json',
    scheme: null,
    notes: [],
  };
}

/**
 * Inverse of fromOpenClipConfig: the content of open_clip_config.json.
 *
 * @throws UnwritableTensorError for a model that OpenCLIP's configuration cannot describe
 */
export function toOpenClipConfig(config: JSONObject, preprocessor: JSONObject | null = null): JSONObject {
  const [text, vision] = [asObject(config.text_config), asObject(config.vision_config)];
  const [width, heads] = [Number(vision.hidden_size), Number(vision.num_attention_heads)];
  const activation = vision.hidden_act;
  if (activation !== text.hidden_act || (activation !== 'gelu' && activation !== 'quick_gelu')) {
    throw unwritable(
      `the activations '${text.hidden_act}' and '${activation}'; it has one, gelu or quick_gelu`,
    );
  }
  if ((vision.num_channels ?? 3) !== 3) throw unwritable(`${vision.num_channels} channels; it has 3`);
  if (text.eos_token_id !== 2 && text.eos_token_id !== Number(text.vocab_size) - 1) {
    throw unwritable(`texts that end at the id ${text.eos_token_id}; its end at the largest id`);
  }
  const norm = (tower: JSONObject) =>
    (tower.layer_norm_eps ?? 1e-5) === 1e-5 ? {} : { norm_kwargs: { eps: tower.layer_norm_eps } };
  const ratio = (tower: JSONObject) => ratioOf(Number(tower.hidden_size), Number(tower.intermediate_size));
  return {
    model_cfg: {
      embed_dim: config.projection_dim,
      quick_gelu: activation === 'quick_gelu',
      vision_cfg: {
        image_size: vision.image_size,
        layers: vision.num_hidden_layers,
        width,
        head_width: width / heads,
        patch_size: vision.patch_size,
        mlp_ratio: ratio(vision),
        ...norm(vision),
      },
      text_cfg: {
        context_length: text.max_position_embeddings,
        vocab_size: text.vocab_size,
        width: text.hidden_size,
        heads: text.num_attention_heads,
        layers: text.num_hidden_layers,
        mlp_ratio: ratio(text),
        ...norm(text),
      },
    },
    preprocess_cfg: {
      mean: preprocessor?.image_mean ?? MEAN,
      std: preprocessor?.image_std ?? STD,
      interpolation: preprocessor?.resample === RESAMPLE.bilinear ? 'bilinear' : 'bicubic',
      resize_mode: 'shortest',
    },
  };
}

/** The content of preprocessor_config.json. @throws UnsupportedCheckpointError for ways to resize that Hugging Face's has not */
export function preprocessorOfOpenClip(json: JSONObject, name: string): JSONObject {
  const preprocess = asObject(json.preprocess_cfg);
  const { interpolation = 'bicubic', resize_mode = 'shortest', mean = MEAN, std = STD } = preprocess;
  const vision = asObject(asObject(json.model_cfg ?? json).vision_cfg);
  const size = preprocess.size ?? vision.image_size;
  const { image_size } = numbers({ image_size: size }, { image_size: VISION.image_size }, name);
  const resample = RESAMPLE[String(interpolation)];
  if (resample === undefined) throw unsupported(name, 'interpolation', interpolation);
  if (resize_mode !== 'shortest' && resize_mode !== 'squash')
    throw unsupported(name, 'resize_mode', resize_mode);
  const whole = { height: image_size, width: image_size };
  return {
    image_processor_type: 'CLIPImageProcessor',
    do_convert_rgb: true,
    do_resize: true,
    size: resize_mode === 'squash' ? whole : { shortest_edge: image_size },
    resample,
    do_center_crop: resize_mode === 'shortest',
    crop_size: whole,
    do_rescale: true,
    rescale_factor: 1 / 255,
    do_normalize: true,
    image_mean: mean,
    image_std: std,
  };
}

/** The fields of `defaults`; a picture's or a patch's size may be a pair of equal numbers. */
function numbers<K extends string>(
  cfg: JSONObject,
  defaults: Record<K, number>,
  name: string,
): Record<K, number> {
  const entries = (Object.keys(defaults) as K[]).map((key): [K, number] => {
    const value = cfg[key] ?? defaults[key];
    const single = Array.isArray(value) && value.length === 2 && value[0] === value[1] ? value[0] : value;
    if (typeof single !== 'number' || !(single > 0)) throw unsupported(name, key, value);
    return [key, single];
  });
  return Object.fromEntries(entries) as Record<K, number>;
}

function refuseOthers(cfg: JSONObject, known: object, part: string, name: string): void {
  for (const [key, value] of Object.entries(cfg)) {
    const isPlain = value === null || value === false || [PLAIN[key]].flat().includes(value);
    const isKnown = INERT.has(key) || key in known;
    const isEpsilon = key === 'norm_kwargs' && Object.keys(asObject(value)).every((field) => field === 'eps');
    if (isPlain || isKnown || isEpsilon || isEmpty(value)) continue;
    throw unsupported(name, `${part}.${key}`, value);
  }
}

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

/** The quotient, such that OpenCLIP's `int(width * mlp_ratio)` gives the intermediate size again. */
function ratioOf(width: number, intermediate: number): number {
  const ratio = intermediate / width;
  return Math.floor(width * ratio) === intermediate ? ratio : (intermediate + 0.5) / width;
}

function asObject(value: unknown): JSONObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JSONObject) : {};
}

function unsupported(name: string, field: string, value: unknown): UnsupportedCheckpointError {
  return new UnsupportedCheckpointError(
    `${name} says ${field}: ${JSON.stringify(value).slice(0, 100)}, which a plain CLIP of two transformers has not; ` +
      'this library cannot run it.',
  );
}

function unwritable(what: string): UnwritableTensorError {
  return new UnwritableTensorError(`OpenCLIP's configuration cannot say ${what}.`);
}
