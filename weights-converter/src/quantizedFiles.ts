// SPDX-License-Identifier: Apache-2.0
/**
 * Quantized weights in a safetensors file. In place of the tensor NAME [out, in]:
 *
 *     NAME          I8 [out, in] for int8, U8 [out, ceil(in / 2)] for int4
 *     NAME.scales   F32 [out] for int8, F32 [out, ceil(in / group)] for int4
 *
 * and in the file's metadata `quantization`: JSON {"version": 1, "tensors": {NAME: {"type": "int8" | "int4",
 * "shape": [out, in], "group": n}}}, `group` with int4 only. quantization.ts has the numbers.
 */
import type { WritableTensor } from '@tfjs-clip/safetensors';
import type { RawTensor } from './checkpoint.js';
import { BrokenCheckpointError } from './errors.js';
import { dequantize, type Quantization, type QuantizedType, quantize } from './quantization.js';

export interface QuantizedEntry {
  type: QuantizedType;
  shape: [number, number];
  group?: number;
}

export const QUANTIZATION_KEY = 'quantization';
const SCALES = '.scales';
const VERSION = 1;

/** The name of the weight whose scales these are, or the name itself. */
export function ownerOf(name: string): string {
  return name.endsWith(SCALES) ? name.slice(0, -SCALES.length) : name;
}

export function quantizedEntry(
  [rows, columns]: readonly number[],
  quantization: Quantization,
): QuantizedEntry {
  const { type, group = 32 } = quantization;
  return { type, shape: [rows, columns], ...(type === 'int4' ? { group } : {}) };
}

/**
 * The tensors that stand on disk for a weight. Each is made when it is written, so that what is held at a time is one
 * weight; the file has all scales before all integers.
 */
export function quantizedTensors(
  name: string,
  shape: readonly number[],
  read: () => Promise<Float32Array>,
  quantization: Quantization,
): WritableTensor[] {
  const entry = quantizedEntry(shape, quantization);
  const { packed, scales } = storedShapes(entry);
  const make = async () => quantize(await read(), entry.shape, quantization);
  return [
    {
      name,
      dtype: entry.type === 'int8' ? 'I8' : 'U8',
      shape: packed,
      data: async () => (await make()).packed,
    },
    { name: name + SCALES, dtype: 'F32', shape: scales, data: async () => (await make()).scales },
  ];
}

export function quantizationMetadata(
  entries: Readonly<Record<string, QuantizedEntry>>,
): Record<string, string> {
  if (Object.keys(entries).length === 0) return {};
  return { [QUANTIZATION_KEY]: JSON.stringify({ version: VERSION, tensors: entries }) };
}

/** The tensors of a file with each quantized one as the float32 that it stands for. */
export function unpackQuantized(
  tensors: readonly RawTensor[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): RawTensor[] {
  const entries = parseEntries(metadata[QUANTIZATION_KEY], file);
  if (entries.size === 0) return [...tensors];
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const unpacked = new Map<string, RawTensor>();
  for (const [name, entry] of entries) {
    unpacked.set(name, unpack(name, entry, byName.get(name), byName.get(name + SCALES), file));
    byName.delete(name + SCALES);
  }
  return [...byName].map(([name, tensor]) => unpacked.get(name) ?? tensor);
}

function unpack(
  name: string,
  entry: QuantizedEntry,
  packed: RawTensor | undefined,
  scales: RawTensor | undefined,
  file: string,
): RawTensor {
  const { type, shape } = entry;
  const shapes = storedShapes(entry);
  const fits =
    packed?.dtype === (type === 'int8' ? 'I8' : 'U8') &&
    scales?.dtype === 'F32' &&
    String(packed.shape) === String(shapes.packed) &&
    String(scales.shape) === String(shapes.scales);
  if (!fits) throw broken(file, `'${name.slice(0, 200)}' is not the ${type} weight that its metadata says`);
  return {
    name,
    dtype: type === 'int8' ? 'I8' : 'I4',
    shape,
    byteLength: packed.byteLength + scales.byteLength,
    async read(range) {
      const quantized = { packed: Uint8Array.from(await packed.read()), scales: await scales.read() };
      const values = dequantize(quantized, shape, entry);
      return range ? values.subarray(range.begin, range.end) : values;
    },
  };
}

function storedShapes({ type, shape: [rows, columns], group = 32 }: QuantizedEntry) {
  return type === 'int8'
    ? { packed: [rows, columns], scales: [rows] }
    : { packed: [rows, Math.ceil(columns / 2)], scales: [rows, Math.ceil(columns / group)] };
}

function parseEntries(json: string | undefined, file: string): Map<string, QuantizedEntry> {
  if (json === undefined) return new Map();
  let parsed: { version?: unknown; tensors?: unknown } | null = null;
  try {
    parsed = JSON.parse(json);
  } catch {
    // Refused below.
  }
  const { version, tensors } = parsed ?? {};
  if (version !== VERSION || typeof tensors !== 'object' || tensors === null) {
    throw broken(file, `its quantization metadata are not of version ${VERSION}`);
  }
  const entries = Object.entries(tensors);
  if (entries.every((pair): pair is [string, QuantizedEntry] => isEntry(pair[1]))) return new Map(entries);
  throw broken(file, 'its quantization metadata are not int8 or int4 weights of two dimensions');
}

function isEntry(value: Partial<QuantizedEntry> | null): value is QuantizedEntry {
  const { type, shape, group = 32 } = value ?? {};
  const isShape =
    Array.isArray(shape) &&
    shape.length === 2 &&
    shape.every((size) => Number.isSafeInteger(size) && size >= 0);
  return (type === 'int8' || type === 'int4') && isShape && Number.isSafeInteger(group) && group > 0;
}

function broken(file: string, what: string): BrokenCheckpointError {
  return new BrokenCheckpointError(file, what);
}
