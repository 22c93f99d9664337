// SPDX-License-Identifier: Apache-2.0
/**
 * JSON records: one a line, or all in a list. RSICD has `{"filename", "captions": […]}`; Hugging Face's scripts
 * `{"image_path", "caption"}`.
 */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import type { FileDataset } from '../dataset.js';
import { nameOf } from '../files/files.js';
import { type Row, type Table, TableDataset } from '../tableDataset.js';
import { type ColumnOptions, type Columns, describeColumns, findColumns } from './columns.js';
import { parseJSON, readTextFile, textOf } from './textFile.js';

export interface TableOptions extends ColumnOptions {
  /** Where the pictures are: nothing outside it is read. By default the table's own folder. */
  imageRoot?: string;
}

type JSONRecord = Record<string, unknown>;

/** @throws InvalidArgumentError */
export async function openJSONRecords(place: string, options: TableOptions = {}): Promise<FileDataset> {
  const bytes = await readTextFile(place);
  const isList = bytes.find((byte) => byte > SPACE) === OPENING_BRACKET;
  const source = isList ? recordsOfList(parseJSON(bytes, place) as JSONRecord[]) : recordsOfLines(bytes);
  const columns = findColumns(fieldsOf(source, place), place, options);
  const { imageRoot = dataFiles.folderOf(place) } = options;
  const name = nameOf(place);
  return new TableDataset(
    name,
    `JSON ${isList ? 'list' : 'lines'}, ${source.size} records, ${describeColumns(columns)}`,
    tableOf(source, name, columns),
    (image) => dataFiles.readWithin(imageRoot, image),
  );
}

interface JSONSource {
  size: number;
  /** Where it stands, from 1. */
  lineOf(index: number): number;
  record(index: number): unknown;
}

const SPACE = 0x20;
const NEWLINE = 0x0a;
const OPENING_BRACKET = 0x5b;

function recordsOfList(list: readonly unknown[]): JSONSource {
  return { size: list.length, lineOf: (index) => index + 1, record: (index) => list[index] };
}

function recordsOfLines(bytes: Uint8Array): JSONSource {
  const starts: number[] = [];
  const numbers: number[] = [];
  for (let start = 0, line = 1; start < bytes.length; start = endOfLine(bytes, start) + 1, line++) {
    if (isBlank(bytes, start, endOfLine(bytes, start))) continue;
    starts.push(start);
    numbers.push(line);
  }
  return {
    size: starts.length,
    lineOf: (index) => numbers[index],
    record: (index) => JSON.parse(textOf(bytes.subarray(starts[index], endOfLine(bytes, starts[index])))),
  };
}

function endOfLine(bytes: Uint8Array, start: number): number {
  const end = bytes.indexOf(NEWLINE, start);
  return end < 0 ? bytes.length : end;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] > SPACE) return false;
  return true;
}

/** Of the first record that can be read. */
function fieldsOf({ size, record }: JSONSource, place: string): string[] {
  let problem = 'it is empty';
  for (let index = 0; index < Math.min(size, 100); index++) {
    try {
      return Object.keys(asRecord(record(index)));
    } catch (error) {
      problem = (error as Error).message;
    }
  }
  throw new InvalidArgumentError(`${place} has no JSON records: ${problem}.`);
}

function tableOf({ size, lineOf, record }: JSONSource, name: string, { image, captions }: Columns): Table {
  return {
    size,
    keyOf: (index) => `${name}:${lineOf(index)}`,
    row(index): Row {
      const fields = asRecord(record(index));
      const group = fields[image];
      return {
        image: fields[image],
        captions: captions.flatMap((column) => fields[column]),
        group: typeof group === 'string' ? group : undefined,
      };
    },
  };
}

function asRecord(value: unknown): JSONRecord {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as JSONRecord;
  throw new Error('it is not a JSON object');
}
