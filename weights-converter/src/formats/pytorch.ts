// SPDX-License-Identifier: Apache-2.0
/** What torch.save writes since 1.6 (`pytorch_model.bin`, `*.pt`), and TorchScript archives: a zip of a pickle and storages. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import { bytesPerElement, readExactly, readExactlyInto, storedTensor } from '../bytes.js';
import type { CheckpointFormat, RawCheckpoint, RawTensor } from '../checkpoint.js';
import { BrokenCheckpointError, UnsupportedCheckpointError } from '../errors.js';
import { LARGEST_PICKLE } from './pickle.js';
import { readTorchPickle, type TorchTensor } from './torchPickle.js';
import { dataOffset, readZip, type ZipEntry } from './zip.js';

export const pytorchFormat: CheckpointFormat = {
  name: 'pytorch',
  files: [
    'pytorch_model.bin',
    'pytorch_model.bin.index.json',
    'open_clip_pytorch_model.bin',
    'model.pt',
    'pytorch_model.pt',
  ],
  index: /\.bin\.index\.json$/,
  recognizes: (start) => isZip(start) || isPickle(start),
  async open(source) {
    try {
      if (isPickle(await source.read(0, Math.min(2, source.size)))) throw legacyFile(source.name);
      return await openArchive(source);
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};

function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b;
}

/** A bare pickle of protocol 2 to 5. */
function isPickle(start: Uint8Array): boolean {
  return start[0] === 0x80 && start[1] >= 2 && start[1] <= 5;
}

function legacyFile(file: string): UnsupportedCheckpointError {
  return new UnsupportedCheckpointError(
    `${file} was written by torch before 1.6, without a zip archive around it. Save it anew in Python: ` +
      'torch.save(torch.load(file, weights_only=True), file).',
  );
}

interface Archive {
  source: ByteSource;
  entries: ReadonlyMap<string, ZipEntry>;
  /** The folder that all its records are in. */
  root: string;
}

async function openArchive(source: ByteSource): Promise<RawCheckpoint> {
  const entries = await readZip(source);
  const archive = { source, entries, root: rootOf(entries, source.name) };
  const pickle = await readRecord(archive, 'data.pkl', LARGEST_PICKLE);
  if (entries.has(`${archive.root}/byteorder`)) {
    const order = new TextDecoder().decode(await readRecord(archive, 'byteorder', 64));
    if (order !== 'little') {
      throw new UnsupportedCheckpointError(
        `${source.name} has its numbers in '${order}' byte order; save it anew on a little-endian machine.`,
      );
    }
  }
  const torchScript = entries.has(`${archive.root}/constants.pkl`);
  const tensors = readTorchPickle(pickle, source.name, torchScript);
  return {
    metadata: {},
    tensors: [...tensors].map(([name, tensor]) => rawTensor(archive, name, tensor)),
    close: () => source.close(),
  };
}

function rootOf(entries: ReadonlyMap<string, ZipEntry>, file: string): string {
  const pickles = [...entries.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name));
  if (pickles.length === 1) return pickles[0].slice(0, -'/data.pkl'.length);
  throw new UnsupportedCheckpointError(
    `${file} is a zip archive without a data.pkl, so torch.save did not write it.`,
  );
}

async function readRecord({ source, entries, root }: Archive, name: string, largest: number) {
  const entry = entries.get(`${root}/${name}`)!;
  if (entry.size > largest) {
    throw new BrokenCheckpointError(source.name, `its ${name} claims ${entry.size} bytes`);
  }
  return readExactly(source, await dataOffset(source, entry), entry.size);
}

function rawTensor(archive: Archive, name: string, tensor: TorchTensor): RawTensor {
  const { dtype, key, size } = tensor.storage;
  const file = archive.source.name;
  const entry = archive.entries.get(`${archive.root}/data/${key}`);
  const width = bytesPerElement(dtype);
  if (!entry || entry.size < size * width) {
    throw new BrokenCheckpointError(
      file,
      `it has not the ${size * width} bytes of tensor '${name.slice(0, 200)}'`,
    );
  }
  let start: Promise<number> | undefined;
  const readInto = async (offset: number, target: Uint8Array) => {
    start ??= dataOffset(archive.source, entry);
    await readExactlyInto(archive.source, (await start) + tensor.offset * width + offset, target);
  };
  const contiguous = storedTensor({ name, dtype, shape: [...tensor.shape], readInto });
  return tensor.isContiguous ? contiguous : gathered(contiguous, tensor);
}

/** A view, such as a transposed one: what it spans is read, and its elements picked from there. */
function gathered(contiguous: RawTensor, tensor: TorchTensor): RawTensor {
  const span = tensor.shape.reduce((sum, size, i) => sum + (size - 1) * tensor.strides[i], 1);
  return {
    ...contiguous,
    isOnePiece: true,
    async read(target, begin) {
      const values = new Float32Array(span);
      await contiguous.read(values, 0);
      for (let i = 0; i < target.length; i++) target[i] = values[place(tensor, begin + i)];
    },
  };
}

/** Of the element that is `index`-th in row-major order, from the tensor's first. */
function place({ shape, strides }: TorchTensor, index: number): number {
  let at = 0;
  let rest = index;
  for (let i = shape.length - 1; i >= 0; i--) {
    at += (rest % shape[i]) * strides[i];
    rest = Math.floor(rest / shape[i]);
  }
  return at;
}
