// SPDX-License-Identifier: Apache-2.0
/** The little of protobuf's wire format that writing a model takes. A field is its bytes; a message is its fields. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

export function integer(field, value) {
  return Buffer.concat([tag(field, VARINT), varint(BigInt.asUintN(64, BigInt(value)))]);
}

export function float(field, value) {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([tag(field, FIXED32), bytes]);
}

export function string(field, text) {
  return bytes(field, Buffer.from(text));
}

export function message(field, ...fields) {
  return bytes(field, Buffer.concat(fields));
}

export function bytes(field, content) {
  return Buffer.concat([tag(field, LENGTH_DELIMITED), varint(BigInt(content.length)), content]);
}

function tag(field, type) {
  return varint(BigInt((field << 3) | type));
}

/** Seven bits a byte, the lowest first. */
function varint(value) {
  const groups = [];
  for (let rest = value; groups.length === 0 || rest > 0n; rest >>= 7n) groups.push(Number(rest & 127n));
  return Buffer.from(groups.map((bits, i) => (i < groups.length - 1 ? bits | 128 : bits)));
}
