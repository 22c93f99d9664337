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
import { elementCount, type Stored, storedTensor } from './bytes.js';
import type { RawTensor } from './checkpoint.js';
import { BrokenCheckpointError } from './errors.js';
import {
  bytesOfRow,
  dequantize,
  pack,
  type Quantization,
  type QuantizedType,
  runsOf,
  scalesOf,
} from './quantization.js';

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
 * weight and the scales: the file has all of them before all integers, which are made by them.
 */
export function quantizedTensors(
  name: string,
  shape: readonly number[],
  read: () => Promise<Float32Array>,
  quantization: Quantization,
): WritableTensor[] {
  const entry = quantizedEntry(shape, quantization);
  const { packed, scales } = storedShapes(entry);
  let made: Float32Array | undefined;
  return [
    {
      name,
      dtype: entry.type === 'int8' ? 'I8' : 'U8',
      shape: packed,
      async data() {
        const values = await read();
        made ??= scalesOf(values, entry.shape, quantization);
        return pack(values, made, entry.shape, quantization);
      },
    },
    {
      name: name + SCALES,
      dtype: 'F32',
      shape: scales,
      async data() {
        made ??= scalesOf(await read(), entry.shape, quantization);
        return made;
      },
    },
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
  tensors: readonly Stored[],
  metadata: Readonly<Record<string, string>>,
  file: string,
): RawTensor[] {
  const entries = parseEntries(metadata[QUANTIZATION_KEY], file);
  if (entries.size === 0) return tensors.map(storedTensor);
  const byName = new Map(tensors.map((tensor) => [tensor.name, tensor]));
  const unpacked = new Map<string, RawTensor>();
  for (const [name, entry] of entries) {
    unpacked.set(name, unpack(name, entry, byName.get(name), byName.get(name + SCALES), file));
    byName.delete(name + SCALES);
  }
  return [...byName].map(([name, tensor]) => unpacked.get(name) ?? storedTensor(tensor));
}

function unpack(
  name: string,
  entry: QuantizedEntry,
  packed: Stored | undefined,
  scales: Stored | undefined,
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
    byteLength: elementCount(shapes.packed)! + 4 * elementCount(shapes.scales)!,
    read: (target, begin) => readQuantized(entry, packed, scales, target, begin),
  };
}

/** The rows that `target` has a part of, from its first value on. */
async function readQuantized(
  { type, shape: [, columns], group = 32 }: QuantizedEntry,
  packed: Stored,
  scales: Stored,
  target: Float32Array,
  begin: number,
): Promise<void> {
  const first = Math.floor(begin / columns);
  const rows = Math.ceil((begin + target.length) / columns) - first;
  const bytes = new Uint8Array(rows * bytesOfRow(columns, type));
  const { groups } = runsOf(columns, type, group);
  const ofRows = new Float32Array(rows * groups);
  await packed.readInto(first * bytesOfRow(columns, type), bytes);
  await storedTensor(scales).read(ofRows, first * groups);
  const values = dequantize({ packed: bytes, scales: ofRows }, [rows, columns], { type, group });
  target.set(values.subarray(begin - first * columns, begin - first * columns + target.length));
}

function storedShapes({ type, shape: [rows, columns], group = 32 }: QuantizedEntry) {
  const packed = [rows, bytesOfRow(columns, type)];
  const { groups } = runsOf(columns, type, group);
  return { packed, scales: type === 'int8' ? [rows] : [rows, groups] };
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
