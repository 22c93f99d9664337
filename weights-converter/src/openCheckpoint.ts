// SPDX-License-Identifier: Apache-2.0
/** Which file of a folder holds the weights, of which format it is, and whose names it has. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import type { Checkpoint, CheckpointFiles, CheckpointFormat, RawCheckpoint } from './checkpoint.js';
import { CheckpointNotFoundError, UnsupportedCheckpointError } from './errors.js';
import { hdf5Format } from './formats/hdf5.js';
import { msgpackFormat } from './formats/msgpack.js';
import { pytorchFormat } from './formats/pytorch.js';
import { safetensorsFormat } from './formats/safetensors.js';
import { openShards } from './formats/shards.js';
import { translate } from './names/schemes.js';

export interface OpenCheckpointOptions {
  /** The file that holds the weights, such as 'ViT-B-32.pt'. Default: the first that has one of the usual names. */
  file?: string;
}

const FORMATS: readonly CheckpointFormat[] = [safetensorsFormat, pytorchFormat, hdf5Format, msgpackFormat];
const USUAL_FILES = FORMATS.flatMap((format) => format.files);

/**
 * Reads the names, types and shapes; each tensor's data only when it is asked for. A format is told by a file's first
 * bytes, not by its name.
 *
 * @throws CheckpointNotFoundError if no known file is there; SafetensorsError or BrokenCheckpointError if one is broken;
 *   UnsafeCheckpointError if a pickle asks for more than tensors; UnsupportedCheckpointError for what is no plain CLIP
 */
export async function openCheckpoint(
  files: CheckpointFiles,
  options: OpenCheckpointOptions = {},
): Promise<Checkpoint> {
  const candidates = options.file === undefined ? USUAL_FILES : [options.file];
  for (const file of candidates) {
    const opened = (await openIndex(files, file)) ?? (await openFile(files, file));
    if (!opened) continue;
    const { format, raw } = opened;
    try {
      return { name: files.name, format: format.name, ...translate(files.name, raw) };
    } catch (error) {
      await raw.close();
      throw error;
    }
  }
  throw new CheckpointNotFoundError(files.name, candidates);
}

interface Opened {
  format: CheckpointFormat;
  raw: RawCheckpoint;
}

async function openIndex(files: CheckpointFiles, file: string): Promise<Opened | null> {
  const format = FORMATS.find(({ index }) => index?.test(file));
  const index = format && (await files.read(file));
  return index ? { format, raw: await openShards(files, file, index, format) } : null;
}

async function openFile(files: CheckpointFiles, file: string): Promise<Opened | null> {
  if (file.endsWith('.index.json')) return null;
  const source = await files.open(file);
  if (!source) return null;
  const format = await recognize(source, file);
  return { format, raw: await format.open(source) };
}

async function recognize(source: ByteSource, file: string): Promise<CheckpointFormat> {
  try {
    const start = await source.read(0, Math.min(9, source.size));
    const format = FORMATS.find((candidate) => candidate.recognizes(start, file));
    if (format) return format;
  } catch (error) {
    await source.close();
    throw error;
  }
  await source.close();
  throw new UnsupportedCheckpointError(
    `${source.name} is of no known format: weights are read from safetensors, PyTorch (zip), HDF5 and Flax msgpack files.`,
  );
}
