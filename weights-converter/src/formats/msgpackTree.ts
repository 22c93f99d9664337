// SPDX-License-Identifier: Apache-2.0
/**
 * The tree in a msgpack file with the places of its arrays, read around their bytes: a library would need the whole file
 * in memory. Arrays are flax's extension types, whose content is msgpack again: (shape, type's name, bytes).
 * msgpack's spec.md; flax/serialization.py, `_ndarray_to_bytes`.
 */
import type { ByteSource, DType } from '@tfjs-clip/safetensors';
import { bytesPerElement, checkWithin, elementCount, WindowedSource } from '../bytes.js';
import { BrokenCheckpointError, UnsupportedCheckpointError } from '../errors.js';

export class ArrayLeaf {
  constructor(
    readonly dtype: DType,
    readonly shape: number[],
    readonly offset: number,
  ) {}
}

export type MsgpackTree = Map<string, MsgpackNode>;
/** null stands for every value that weights have no use for. */
export type MsgpackNode = MsgpackTree | ArrayLeaf | number | boolean | null;

const WINDOW = 512;
const DEEPEST = 32;
const MOST_NODES = 1_000_000;
const LONGEST_KEY = 1024;
const MOST_DIMENSIONS = 8;
const NDARRAY = 1;
const NUMPY_SCALAR = 3;
const DTYPES: Readonly<Record<string, DType>> = {
  float16: 'F16',
  bfloat16: 'BF16',
  float32: 'F32',
  float64: 'F64',
  bool: 'BOOL',
  int8: 'I8',
  int16: 'I16',
  int32: 'I32',
  int64: 'I64',
  uint8: 'U8',
  uint16: 'U16',
  uint32: 'U32',
  uint64: 'U64',
};

/** @throws BrokenCheckpointError for a file that is cut short or contradicts itself, UnsupportedCheckpointError for other types */
export async function readMsgpackTree(source: ByteSource): Promise<MsgpackTree> {
  const reader = new MsgpackReader(source);
  const root = await reader.node(0);
  if (root instanceof Map && reader.at === source.size) return root;
  throw new BrokenCheckpointError(source.name, 'it is no msgpack map of weights');
}

type Kind = 'map' | 'array' | 'text' | 'bytes' | 'extension' | 'number' | 'boolean' | 'nil';

interface Head {
  kind: Kind;
  /** Of a map or an array its members, of text, bytes and extensions their length; else the value. */
  value: number;
  /** Of an extension. */
  type: number;
}

class MsgpackReader {
  at = 0;
  private readonly file: WindowedSource;
  private nodes = 0;

  constructor(private readonly source: ByteSource) {
    this.file = new WindowedSource(source, WINDOW);
  }

  async node(depth: number): Promise<MsgpackNode> {
    if (depth > DEEPEST || ++this.nodes > MOST_NODES) throw this.broken('it nests too deep, or is too large');
    const { kind, value, type } = await this.head();
    switch (kind) {
      case 'map':
        return this.map(value, depth);
      case 'array':
        for (let i = 0; i < value; i++) await this.node(depth + 1);
        return null;
      case 'extension':
        return this.extension(type, value);
      case 'text':
      case 'bytes':
        this.skip(value);
        return null;
      case 'nil':
        return null;
      default:
        return kind === 'boolean' ? value === 1 : value;
    }
  }

  private async map(count: number, depth: number): Promise<MsgpackTree> {
    const tree: MsgpackTree = new Map();
    for (let i = 0; i < count; i++) {
      const key = await this.text(LONGEST_KEY);
      if (tree.has(key)) throw this.broken(`it has '${key.slice(0, 100)}' twice`);
      tree.set(key, await this.node(depth + 1));
    }
    return tree;
  }

  private async extension(type: number, length: number): Promise<MsgpackNode> {
    const end = this.at + length;
    checkWithin(this.source, this.at, length);
    if (type !== NDARRAY && type !== NUMPY_SCALAR) {
      this.at = end;
      return null;
    }
    if ((await this.count('array')) !== 3) throw this.broken('an array of it is not shape, type and bytes');
    const rank = await this.count('array');
    if (rank > MOST_DIMENSIONS) throw this.broken(`an array of it has ${rank} dimensions`);
    const shape: number[] = [];
    for (let i = 0; i < rank; i++) shape.push(await this.count('number'));
    const name = await this.text(LONGEST_KEY);
    if (!Object.hasOwn(DTYPES, name)) {
      throw new UnsupportedCheckpointError(
        `${this.source.name} holds numbers of the type '${name.slice(0, 100)}'; ` +
          `readable are ${Object.keys(DTYPES).join(', ')}.`,
      );
    }
    const dtype = DTYPES[name];
    const held = await this.count('bytes');
    const elements = elementCount(shape);
    if (elements === null || elements * bytesPerElement(dtype) !== held || this.at + held !== end) {
      throw this.broken(`an array of shape [${shape}] and type ${name} is said to have ${held} bytes`);
    }
    const leaf = new ArrayLeaf(dtype, shape, this.at);
    this.at = end;
    return leaf;
  }

  private async count(kind: Kind): Promise<number> {
    const head = await this.head();
    if (head.kind === kind && head.value >= 0) return head.value;
    throw this.broken(`it has a ${head.kind} where a ${kind} belongs`);
  }

  private async text(longest: number): Promise<string> {
    const length = await this.count('text');
    if (length > longest) throw this.broken(`it has a name of ${length} bytes`);
    const bytes = await this.file.bytes(this.at, length);
    this.at += length;
    return new TextDecoder().decode(bytes);
  }

  private skip(length: number): void {
    checkWithin(this.source, this.at, length);
    this.at += length;
  }

  /** The first byte says what follows; see the table in spec.md. */
  private async head(): Promise<Head> {
    const byte = await this.uint(1);
    const head = (kind: Kind, value = 0, type = 0): Head => ({ kind, value, type });
    if (byte < 0x80) return head('number', byte);
    if (byte < 0x90) return head('map', byte & 15);
    if (byte < 0xa0) return head('array', byte & 15);
    if (byte < 0xc0) return head('text', byte & 31);
    if (byte >= 0xe0) return head('number', byte - 256);
    if (byte === 0xc0) return head('nil');
    if (byte === 0xc2 || byte === 0xc3) return head('boolean', byte - 0xc2);
    if (byte >= 0xc4 && byte <= 0xc6) return head('bytes', await this.uint(1 << (byte - 0xc4)));
    if (byte >= 0xc7 && byte <= 0xc9) {
      const length = await this.uint(1 << (byte - 0xc7));
      return head('extension', length, await this.uint(1));
    }
    if (byte >= 0xca && byte <= 0xd3) return head('number', await this.numeral(byte));
    if (byte >= 0xd4 && byte <= 0xd8) return head('extension', 1 << (byte - 0xd4), await this.uint(1));
    if (byte >= 0xd9 && byte <= 0xdb) return head('text', await this.uint(1 << (byte - 0xd9)));
    if (byte >= 0xdc && byte <= 0xdd) return head('array', await this.uint(2 << (byte - 0xdc)));
    if (byte >= 0xde) return head('map', await this.uint(2 << (byte - 0xde)));
    throw this.broken('it has a byte that is not msgpack');
  }

  private async numeral(byte: number): Promise<number> {
    if (byte < 0xcc) {
      this.skip(byte === 0xca ? 4 : 8);
      return Number.NaN;
    }
    const signed = byte >= 0xd0;
    const bits = 8 << (byte - (signed ? 0xd0 : 0xcc));
    const value = BigInt(await this.uint(bits / 8));
    return Number(signed ? BigInt.asIntN(bits, value) : value);
  }

  private async uint(width: number): Promise<number> {
    const view = await this.file.view(this.at, width);
    this.at += width;
    if (width === 1) return view.getUint8(0);
    if (width === 2) return view.getUint16(0);
    return width === 4 ? view.getUint32(0) : Number(view.getBigUint64(0));
  }

  private broken(what: string): BrokenCheckpointError {
    return new BrokenCheckpointError(this.source.name, what);
  }
}
