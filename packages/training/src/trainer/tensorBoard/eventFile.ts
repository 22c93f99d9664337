// SPDX-License-Identifier: Apache-2.0
/**
 * Scalars in TensorBoard's files: TFRecords of protocol buffers (tensorflow/core/util/event.proto, framework/summary.proto):
 *
 *     Event   { double wall_time = 1; int64 step = 2; string file_version = 3; Summary summary = 5; }
 *     Summary { repeated Value value = 1; }    Value { string tag = 1; float simple_value = 2; }
 */
import { maskedCrc32c } from './crc32c.js';

export interface ScalarEvent {
  /** In seconds since 1970. */
  wallTime: number;
  step: number;
  scalars: Readonly<Record<string, number>>;
}

/** What a file begins with. */
export function fileHeader(wallTime: number): Uint8Array {
  return record([...double(1, wallTime), ...text(3, 'brain.Event:2')]);
}

export function scalarRecord({ wallTime, step, scalars }: ScalarEvent): Uint8Array {
  const values = Object.entries(scalars).flatMap(([tag, value]) =>
    message(1, [...text(1, tag), ...float(2, value)]),
  );
  return record([...double(1, wallTime), ...integer(2, step), ...message(5, values)]);
}

/** Length, its checksum, data, their checksum. */
function record(data: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(16 + data.length);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, maskedCrc32c(bytes.subarray(12, 12 + data.length)), true);
  return bytes;
}

/** A field's number and how its value is written: 0 varint, 1 eight bytes, 2 length and bytes, 5 four bytes. */
function tag(field: number, wireType: number): number {
  return (field << 3) | wireType;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return [...bytes, rest];
}

function integer(field: number, value: number): number[] {
  return [tag(field, 0), ...varint(value)];
}

function double(field: number, value: number): number[] {
  return [tag(field, 1), ...new Uint8Array(Float64Array.of(value).buffer)];
}

function float(field: number, value: number): number[] {
  return [tag(field, 5), ...new Uint8Array(Float32Array.of(value).buffer)];
}

function message(field: number, content: readonly number[]): number[] {
  return [tag(field, 2), ...varint(content.length), ...content];
}

function text(field: number, value: string): number[] {
  return message(field, [...new TextEncoder().encode(value)]);
}
