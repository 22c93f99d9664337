// SPDX-License-Identifier: Apache-2.0
/** flax_model.msgpack: nested dicts of arrays, the largest in chunks. Names are the path with slashes. */
import type { ByteSource } from '@tfjs-clip/safetensors';
import { bytesPerElement, elementCount, readExactlyInto, storedTensor } from '../bytes.js';
import type { CheckpointFormat, RawTensor } from '../checkpoint.js';
import { BrokenCheckpointError } from '../errors.js';
import { ArrayLeaf, type MsgpackNode, type MsgpackTree, readMsgpackTree } from './msgpackTree.js';

const CHUNKED = '__msgpack_chunked_array__';

export const msgpackFormat: CheckpointFormat = {
  name: 'msgpack',
  files: ['flax_model.msgpack', 'flax_model.msgpack.index.json'],
  index: /\.msgpack\.index\.json$/,
  // A map of up to 15 members, or one that says how many.
  recognizes: ([first]) => (first >= 0x81 && first <= 0x8f) || first === 0xde || first === 0xdf,
  async open(source) {
    try {
      const tensors = [...leaves(source, await readMsgpackTree(source), '')];
      return { metadata: {}, tensors, close: () => source.close() };
    } catch (error) {
      await source.close();
      throw error;
    }
  },
};

function* leaves(source: ByteSource, tree: MsgpackTree, prefix: string): Generator<RawTensor> {
  for (const [key, node] of tree) {
    const name = prefix + key;
    if (node instanceof ArrayLeaf) yield joined(source, name, node.shape, [node]);
    else if (node instanceof Map && node.has(CHUNKED)) yield chunkedTensor(source, name, node);
    else if (node instanceof Map) yield* leaves(source, node, `${name}/`);
  }
}

/** { shape: { '0': 49408, '1': 512 }, chunks: { '0': array, '1': array, … } }: flax writes lists as dicts. */
function chunkedTensor(source: ByteSource, name: string, tree: MsgpackTree): RawTensor {
  const shape = listOf(tree.get('shape')).map(Number);
  const chunks = listOf(tree.get('chunks'));
  const arrays = chunks.filter((chunk) => chunk instanceof ArrayLeaf);
  const held = arrays.reduce((sum, array) => sum + elementCount(array.shape)!, 0);
  const oneType = arrays.every(({ dtype }) => dtype === arrays[0].dtype);
  if (arrays.length === 0 || arrays.length !== chunks.length || !oneType || held !== elementCount(shape)) {
    throw new BrokenCheckpointError(source.name, `the chunks of '${name.slice(0, 200)}' are not its whole`);
  }
  return joined(source, name, shape, arrays);
}

function listOf(node: MsgpackNode | undefined): MsgpackNode[] {
  if (!(node instanceof Map)) return [];
  return Array.from({ length: node.size }, (_, i) => node.get(String(i)) ?? null);
}

/** The tensor whose bytes are those of the arrays one after another. */
function joined(source: ByteSource, name: string, shape: number[], arrays: readonly ArrayLeaf[]): RawTensor {
  const { dtype } = arrays[0];
  const readInto = async (offset: number, target: Uint8Array) => {
    let start = 0;
    for (const array of arrays) {
      const size = elementCount(array.shape)! * bytesPerElement(dtype);
      const [from, to] = [Math.max(offset, start), Math.min(offset + target.length, start + size)];
      if (from < to) {
        const piece = target.subarray(from - offset, to - offset);
        await readExactlyInto(source, array.offset + from - start, piece);
      }
      start += size;
    }
  };
  return storedTensor({ name, dtype, shape, readInto });
}
