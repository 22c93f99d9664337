// SPDX-License-Identifier: Apache-2.0
/**
 * The datasets of an HDF5 file, read by ranges. Only what h5py writes by default and Keras's save_weights needs: superblock
 * 0 or 1, groups as symbol tables, object headers of version 1, datasets in one piece. An own reader because a library of the
 * whole format holds the whole file in memory, and is written in C, where a hostile file is more than an error.
 * HDF5 File Format Specification, version 1.1 and 3.0, whose section numbers are given.
 */
import type { ByteSource, DType } from '@tfjs-clip/safetensors';
import { bytesPerElement, checkWithin, elementCount, WindowedSource } from '../bytes.js';
import { BrokenCheckpointError, UnsupportedCheckpointError } from '../errors.js';

export interface Dataset {
  /** From the root, without a slash before it. */
  path: string;
  dtype: DType;
  shape: number[];
  /** In the file; row-major and little-endian. */
  offset: number;
}

export const HDF5_SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

const WINDOW = 2048;
const MOST_OBJECTS = 100_000;
const DEEPEST_GROUP = 32;
/** Of all groups together, which in a hostile file may all point to the same names and messages. */
const MOST_NAMES = 2 ** 26;
const MOST_MESSAGES = 2_000_000;
const LONGEST_NAME = 1024;
const MOST_DIMENSIONS = 8;
const UNDEFINED_ADDRESS = 0xffffffffffffffffn;

/** By bits in all and of the exponent. */
const FLOATS: Readonly<Record<string, DType>> = {
  '16/5': 'F16',
  '16/8': 'BF16',
  '32/8': 'F32',
  '64/11': 'F64',
};

const MESSAGE = {
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  layout: 8,
  filters: 11,
  continuation: 16,
  symbols: 17,
};

/** @throws BrokenCheckpointError for a file that contradicts itself, UnsupportedCheckpointError for the rest of the format */
export async function readDatasets(source: ByteSource): Promise<Dataset[]> {
  return new Hdf5Reader(source).read();
}

interface Message {
  type: number;
  offset: number;
  size: number;
}

class Hdf5Reader {
  private readonly file: WindowedSource;
  private readonly visited = new Set<number>();
  private readonly datasets: Dataset[] = [];
  private nameBytes = 0;
  private messages = 0;

  constructor(private readonly source: ByteSource) {
    this.file = new WindowedSource(source, WINDOW);
  }

  async read(): Promise<Dataset[]> {
    await this.readObject(await this.readSuperblock(), '', 0);
    return this.datasets;
  }

  /** II.A. → address of the root group's object header */
  private async readSuperblock(): Promise<number> {
    const view = await this.file.view(0, 16);
    if (HDF5_SIGNATURE.some((byte, i) => view.getUint8(i) !== byte)) throw this.broken('it is no HDF5 file');
    const version = view.getUint8(8);
    if (version > 1) throw this.unsupported(`its superblock is of version ${version}`);
    if (view.getUint8(13) !== 8 || view.getUint8(14) !== 8)
      throw this.unsupported('its addresses are not of 8 bytes');
    const start = version === 0 ? 24 : 28;
    if ((await this.address(start)) !== 0) throw this.unsupported('it begins within another file');
    return this.address(start + 4 * 8 + 8);
  }

  /** A group or a dataset, by its messages. Each object once: a file may link in circles. */
  private async readObject(address: number, path: string, depth: number): Promise<void> {
    if (this.visited.has(address))
      throw this.broken(`'${path}' is a link to an object that has another name`);
    if (depth > DEEPEST_GROUP || this.visited.size >= MOST_OBJECTS)
      throw this.broken('its groups nest too deep');
    this.visited.add(address);
    const messages = await this.readMessages(address);
    const symbols = messages.find(({ type }) => type === MESSAGE.symbols);
    if (symbols) {
      const names = await this.readHeap(await this.address(symbols.offset + 8));
      await this.readTree(await this.address(symbols.offset), names, path, depth, 0);
    } else if (messages.some(({ type }) => type === MESSAGE.linkInfo)) {
      throw this.unsupported('its groups are of the newer kind');
    } else if (messages.some(({ type }) => type === MESSAGE.layout)) {
      this.datasets.push(await this.readDataset(messages, path));
    }
  }

  /** IV.A.1.a: a first block of messages, and others that messages of it point to. */
  private async readMessages(address: number): Promise<Message[]> {
    const header = await this.file.view(address, 16);
    if (header.getUint32(0) === 0x4f484452)
      throw this.unsupported('its object headers are of the newer kind'); // OHDR
    if (header.getUint8(0) !== 1) throw this.broken(`there is no object at byte ${address}`);
    const blocks = [{ offset: address + 16, size: header.getUint32(8, true) }];
    const messages: Message[] = [];
    for (let block = blocks.shift(); block; block = blocks.shift()) {
      const end = block.offset + block.size;
      checkWithin(this.source, block.offset, block.size);
      for (let at = block.offset; at + 8 <= end; ) {
        const view = await this.file.view(at, 8);
        const message = { type: view.getUint16(0, true), size: view.getUint16(2, true), offset: at + 8 };
        if (message.offset + message.size > end || ++this.messages > MOST_MESSAGES) {
          throw this.broken(`the header at ${address} is no list of messages`);
        }
        messages.push(message);
        if (message.type === MESSAGE.continuation) {
          const [offset, size] = [await this.address(message.offset), await this.address(message.offset + 8)];
          blocks.push({ offset, size });
        }
        at = message.offset + message.size;
      }
    }
    return messages;
  }

  /** III.D: the names of a group's members, as bytes at the offsets that its symbol table gives. */
  private async readHeap(address: number): Promise<Uint8Array> {
    await this.checkSignature(address, 'HEAP');
    const [size, data] = [await this.address(address + 8), await this.address(address + 24)];
    this.nameBytes += size;
    if (this.nameBytes > MOST_NAMES) throw this.broken(`its names are said to take ${this.nameBytes} bytes`);
    checkWithin(this.source, data, size);
    return (await this.file.bytes(data, size)).slice();
  }

  /** III.A.1: a tree whose leaves are the symbol tables. */
  private async readTree(address: number, names: Uint8Array, path: string, depth: number, level: number) {
    if (level > DEEPEST_GROUP) throw this.broken('its tree of members nests too deep');
    await this.checkSignature(address, 'TREE');
    const view = await this.file.view(address, 24);
    const [isLeaf, used] = [view.getUint8(5) === 0, view.getUint16(6, true)];
    if (view.getUint8(4) !== 0) throw this.broken('a group is kept as a tree of something else');
    for (let i = 0; i < used; i++) {
      const child = await this.address(address + 24 + 16 * i + 8);
      if (this.visited.has(child)) throw this.broken('its tree of members is a circle');
      this.visited.add(child);
      if (isLeaf) await this.readSymbols(child, names, path, depth);
      else await this.readTree(child, names, path, depth, level + 1);
    }
  }

  /** III.B, III.C. */
  private async readSymbols(address: number, names: Uint8Array, path: string, depth: number): Promise<void> {
    await this.checkSignature(address, 'SNOD');
    const count = (await this.file.view(address, 8)).getUint16(6, true);
    for (let i = 0; i < count; i++) {
      const entry = address + 8 + 40 * i;
      const name = this.nameAt(names, await this.address(entry));
      if ((await this.file.view(entry + 16, 4)).getUint32(0, true) === 2) {
        throw this.unsupported(`'${name}' is a symbolic link`);
      }
      await this.readObject(await this.address(entry + 8), path ? `${path}/${name}` : name, depth + 1);
    }
  }

  private nameAt(names: Uint8Array, offset: number): string {
    const end = names.indexOf(0, offset);
    if (offset >= names.length || end < 0 || end - offset > LONGEST_NAME)
      throw this.broken('a name has no end');
    return new TextDecoder().decode(names.subarray(offset, end));
  }

  private async readDataset(messages: readonly Message[], path: string): Promise<Dataset> {
    const find = (type: number) => messages.find((message) => message.type === type);
    const [space, type, layout] = [MESSAGE.dataspace, MESSAGE.datatype, MESSAGE.layout].map(find);
    if (!space || !type || !layout) throw this.broken(`'${path}' lacks its shape, type or place`);
    if (find(MESSAGE.filters)) throw this.unsupported(`'${path}' is compressed`);
    const shape = await this.readShape(space, path);
    const dtype = await this.readType(type, path);
    const count = elementCount(shape);
    if (count === null) throw this.broken(`'${path}' has the shape [${shape}]`);
    const size = count * bytesPerElement(dtype);
    return { path, dtype, shape, offset: size === 0 ? 0 : await this.readPlace(layout, size, path) };
  }

  /** IV.A.2.b. */
  private async readShape({ offset }: Message, path: string): Promise<number[]> {
    const view = await this.file.view(offset, 4);
    const [version, rank] = [view.getUint8(0), view.getUint8(1)];
    if ((version !== 1 && version !== 2) || rank > MOST_DIMENSIONS) {
      throw this.unsupported(`'${path}' has a dataspace of version ${version} and ${rank} dimensions`);
    }
    const shape: number[] = [];
    const start = offset + (version === 1 ? 8 : 4);
    for (let i = 0; i < rank; i++) shape.push(await this.address(start + 8 * i));
    return shape;
  }

  /** IV.A.2.d: class 0 are integers, 1 floats, which are told apart by the bits of their exponent and mantissa. */
  private async readType({ offset, size }: Message, path: string): Promise<DType> {
    const view = await this.file.view(offset, Math.min(size, 20));
    const kind = size >= 8 ? view.getUint8(0) & 15 : -1;
    const bits = size >= 8 ? view.getUint32(4, true) * 8 : 0;
    const isLittleEndian = size >= 8 && (view.getUint8(1) & 0x41) === 0;
    const isSigned = (view.getUint8(1) & 8) !== 0;
    const exponent = kind === 1 && size >= 20 ? view.getUint8(13) : 0;
    const float = FLOATS[`${bits}/${exponent}`];
    const integer = [8, 16, 32, 64].includes(bits) ? `${isSigned ? 'I' : 'U'}${bits}` : undefined;
    const dtype = kind === 1 ? float : kind === 0 ? integer : undefined;
    if (dtype && isLittleEndian) return dtype as DType;
    throw this.unsupported(`'${path}' holds neither integers nor floats of a usual width and byte order`);
  }

  /** IV.A.2.i: in one piece, or within the header. */
  private async readPlace({ offset }: Message, size: number, path: string): Promise<number> {
    const view = await this.file.view(offset, 2);
    const [version, kind] = [view.getUint8(0), view.getUint8(1)];
    if ((version !== 3 && version !== 4) || kind > 1) throw this.unsupported(`'${path}' lies in chunks`);
    const compactSize = async () => (await this.file.view(offset + 2, 2)).getUint16(0, true);
    const start = kind === 1 ? await this.address(offset + 2) : offset + 4;
    const held = kind === 1 ? await this.address(offset + 10) : await compactSize();
    if (held !== size) throw this.broken(`'${path}' needs ${size} bytes, and ${held} are said to be there`);
    checkWithin(this.source, start, size);
    return start;
  }

  private async checkSignature(address: number, signature: string): Promise<void> {
    const found = String.fromCharCode(...(await this.file.bytes(address, 4)));
    if (found !== signature) throw this.broken(`there is no ${signature} at byte ${address}`);
  }

  /** An address or a length; one that is undefined or passes 2^53 lies outside every file. */
  private async address(offset: number): Promise<number> {
    const value = (await this.file.view(offset, 8)).getBigUint64(0, true);
    return value === UNDEFINED_ADDRESS ? Number.POSITIVE_INFINITY : Number(value);
  }

  private broken(what: string): BrokenCheckpointError {
    return new BrokenCheckpointError(this.source.name, what);
  }

  private unsupported(what: string): UnsupportedCheckpointError {
    return new UnsupportedCheckpointError(
      `${this.source.name} is an HDF5 file as Keras does not write it: ${what}. ` +
        'Write the weights with save_weights or h5py, without compression and with libver left as it is.',
    );
  }
}
