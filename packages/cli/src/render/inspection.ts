// SPDX-License-Identifier: Apache-2.0
/** A checkpoint in a few lines and two tables. */
import type { Inspection, ModelInspection } from 'tfjs-clip';
import type { Colors } from '../terminal.js';
import { columns, grouped, humanSize } from './columns.js';
import { printable } from './text.js';

type Amount = Inspection['total'];
type JSONObject = Record<string, unknown>;

const FORMATS: Record<Inspection['format'], string> = {
  safetensors: 'safetensors',
  pytorch: 'a PyTorch file',
  hdf5: 'HDF5 of Keras',
  msgpack: 'msgpack of Flax',
};

const NAMES: Record<Inspection['scheme'], string> = {
  'hugging-face': "Hugging Face's",
  openclip: "OpenCLIP's",
  openai: "OpenAI's",
  keras: "Keras'",
  flax: "Flax'",
};

const PARTS: Record<keyof Inspection['parts'], string> = {
  text: 'text tower',
  vision: 'vision tower',
  projections: 'projections',
  classifier: 'classifier',
  logitScale: 'logit scale',
  other: 'other',
};

const DTYPES: Partial<Record<keyof Inspection['dtypes'], string>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I8: 'int8',
  I4: 'int4',
};

export function inspectionReport(inspection: ModelInspection, colors: Colors): string {
  const { name, modelClass, format, scheme, configSource, config, fetched } = inspection;
  const lines = [
    ['class', modelClass ?? 'no class of CLIP'],
    ['weights', `${FORMATS[format]}, with ${NAMES[scheme]} names`],
    [
      'config',
      configSource === 'tensors' ? 'none; told by the shapes of the tensors' : (configSource ?? 'none'),
    ],
    ...(config ? towerLines(config, inspection) : []),
    ...(fetched ? [['fetched', `${humanSize(fetched.bytes)} of ${humanSize(fetched.of)}`]] : []),
  ];
  const sections = [
    `${colors.bold(printable(name))}\n${columns(lines)}`,
    amounts('part', PARTS, inspection.parts, inspection.total),
    amounts('stored as', DTYPES, inspection.dtypes),
    inspection.notes.map((note) => `note: ${printable(note)}\n`).join(''),
    inspection.problems.map((problem) => `${colors.red('problem:')} ${printable(problem)}\n`).join(''),
  ];
  return sections.filter(Boolean).join('\n');
}

function amounts(
  title: string,
  titles: Readonly<Record<string, string>>,
  of: Readonly<Record<string, Amount>>,
  total?: Amount,
): string {
  const row = (label: string, { tensors, parameters, bytes }: Amount) => [
    label,
    grouped(tensors),
    grouped(parameters),
    humanSize(bytes),
  ];
  // In the order of `titles`, and then what has none.
  const keys = [...new Set([...Object.keys(titles), ...Object.keys(of)])].filter((key) => key in of);
  const rows = keys.map((key) => row(titles[key] ?? key, of[key]));
  if (total) rows.push(row('all', total));
  return columns([[title, 'tensors', 'parameters', 'size'], ...rows], [1, 2, 3]);
}

function towerLines(config: JSONObject, { parts }: Inspection): string[][] {
  const lines: string[][] = [];
  if (parts.text) {
    const text = towerOf(config, 'text_config');
    lines.push([
      'text',
      `${shapeOf(text)}; ${text.max_position_embeddings ?? 77} tokens of ${grouped(Number(text.vocab_size ?? 49408))}`,
    ]);
  }
  if (parts.vision) {
    const vision = towerOf(config, 'vision_config');
    const { image_size: size = 224, patch_size: patch = 32 } = vision;
    lines.push(['vision', `${shapeOf(vision)}; ${size} × ${size} pixels in patches of ${patch}`]);
  }
  return lines;
}

function towerOf(config: JSONObject, key: string): JSONObject {
  return (config[key] ?? config) as JSONObject;
}

function shapeOf(tower: JSONObject): string {
  const { num_hidden_layers: layers = 12, hidden_size: width, num_attention_heads: heads } = tower;
  const plural = (count: unknown, noun: string) => `${count ?? '?'} ${noun}${count === 1 ? '' : 's'}`;
  const shape = [plural(layers, 'layer'), `${width ?? '?'} wide`, plural(heads, 'head')];
  return [...shape, tower.hidden_act ?? 'quick_gelu'].join(', ');
}
