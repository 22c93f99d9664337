// SPDX-License-Identifier: Apache-2.0
/**
 * An ONNX model, put together node by node. Field numbers are those of onnx.proto3
 * (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3).
 */
import { bytes, float, integer, message, string } from './protobuf.mjs';

const IR_VERSION = 8;
const OPSET = 17; // the first with LayerNormalization
export const FLOAT = 1;
export const INT32 = 6;
export const INT64 = 7;

const ATTRIBUTE_TYPE = { float: 1, integer: 2, integers: 7 };

export class Graph {
  #nodes = [];
  #constants = [];
  #inputs = [];
  #outputs = [];

  /** @param shape numbers, and names of sizes that a caller chooses */
  input(name, type, shape) {
    this.#inputs.push(valueInfo(11, name, type, shape));
    return name;
  }

  output(value, name, shape) {
    this.#nodes.push(node('Identity', [value], [], name));
    this.#outputs.push(valueInfo(12, name, FLOAT, shape));
  }

  /** @param {Float32Array | BigInt64Array} values */
  constant(shape, values) {
    const name = `constant_${this.#constants.length}`;
    const type = values instanceof BigInt64Array ? INT64 : FLOAT;
    const raw = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    const dims = shape.map((size) => integer(1, size));
    this.#constants.push(message(5, ...dims, integer(2, type), string(8, name), bytes(9, raw)));
    return name;
  }

  integers(...values) {
    return this.constant([values.length], BigInt64Array.from(values, BigInt));
  }

  scalar(value) {
    return this.constant([], Float32Array.of(value));
  }

  /** Adds a node and returns the name of its output. Attributes: integers and lists of them; `{ float }` is a float. */
  apply(operator, inputs, attributes = {}) {
    const name = `${operator}_${this.#nodes.length}`;
    this.#nodes.push(node(operator, inputs, Object.entries(attributes).map(attribute), name));
    return name;
  }

  toBytes() {
    const graph = [...this.#nodes, string(2, 'tower'), ...this.#constants, ...this.#inputs, ...this.#outputs];
    const opset = message(8, string(1, ''), integer(2, OPSET));
    return Buffer.concat([integer(1, IR_VERSION), string(2, 'tfjs-clip'), message(7, ...graph), opset]);
  }
}

function node(operator, inputs, attributes, output) {
  const names = inputs.map((name) => string(1, name));
  return message(1, ...names, string(2, output), string(3, output), string(4, operator), ...attributes);
}

function attribute([name, value]) {
  if (Array.isArray(value)) {
    const items = value.map((item) => integer(8, item));
    return message(5, string(1, name), ...items, integer(20, ATTRIBUTE_TYPE.integers));
  }
  if (typeof value === 'object') {
    return message(5, string(1, name), float(2, value.float), integer(20, ATTRIBUTE_TYPE.float));
  }
  return message(5, string(1, name), integer(3, value), integer(20, ATTRIBUTE_TYPE.integer));
}

function valueInfo(field, name, type, shape) {
  const dims = shape.map((size) => message(1, typeof size === 'string' ? string(2, size) : integer(1, size)));
  return message(field, string(1, name), message(2, message(1, integer(1, type), message(2, ...dims))));
}
