// SPDX-License-Identifier: Apache-2.0
/** A table with a header, in CSV or with tabs: open_clip's `filepath` and `title`, Flickr30k's `image_name| comment`, and so on. */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import type { FileDataset } from '../dataset.js';
import { nameOf } from '../files/files.js';
import { type Row, type Table, TableDataset } from '../tableDataset.js';
import { type Columns, describeColumns, findColumns } from './columns.js';
import { endOfRecord, fieldsOf } from './delimitedText.js';
import type { TableOptions } from './jsonRecords.js';
import { readTextFile, textOf } from './textFile.js';

export interface CSVOptions extends TableOptions {
  /** One character; by default the one of tab, comma, semicolon and bar that gives the header the most columns. */
  separator?: string;
}

const SEPARATORS: Readonly<Record<string, string>> = {
  '\t': 'tabs',
  ',': 'commas',
  ';': 'semicolons',
  '|': 'bars',
};

/** @throws InvalidArgumentError */
export async function openCSV(place: string, options: CSVOptions = {}): Promise<FileDataset> {
  const bytes = await readTextFile(place);
  const { separator = detectSeparator(bytes, place) } = options;
  if (separator.length !== 1 || separator.charCodeAt(0) > 127) {
    throw new InvalidArgumentError(`separator is '${separator}', but must be one ASCII character.`);
  }
  const { starts, lines } = recordsIn(bytes, separator.charCodeAt(0), place);
  const file = { bytes, separator, starts, lines, name: nameOf(place) };
  const names = readFields(file, 0).map((name) => name.trim());
  const columns = findColumns(names, place, options);
  const { imageRoot = dataFiles.folderOf(place) } = options;
  const separatedBy = SEPARATORS[separator] ?? `'${separator}'`;
  return new TableDataset(
    file.name,
    `CSV separated by ${separatedBy}, ${starts.length - 1} rows, ${describeColumns(columns)}`,
    tableOf(file, names, columns),
    (image) => dataFiles.readWithin(imageRoot, image),
  );
}

interface CSVFile {
  name: string;
  bytes: Uint8Array;
  separator: string;
  /** Of each record, the header with them. */
  starts: readonly number[];
  /** The line that each record starts in, from 1. */
  lines: readonly number[];
}

function tableOf(file: CSVFile, names: readonly string[], columns: Columns): Table {
  const image = names.indexOf(columns.image);
  const captions = columns.captions.map((name) => names.indexOf(name));
  return {
    size: file.starts.length - 1,
    keyOf: (index) => `${file.name}:${file.lines[index + 1]}`,
    row(index): Row {
      const fields = readFields(file, index + 1);
      if (fields.length !== names.length) {
        throw new Error(`it has ${fields.length} fields where the header has ${names.length}`);
      }
      return { image: fields[image], captions: captions.map((i) => fields[i]), group: fields[image].trim() };
    },
  };
}

function readFields({ bytes, separator, starts }: CSVFile, record: number): string[] {
  const end = endOfRecord(bytes, starts[record], separator.charCodeAt(0))!;
  return fieldsOf(textOf(bytes.subarray(starts[record], end)), separator);
}

/** Blank lines are no records. */
function recordsIn(bytes: Uint8Array, separator: number, place: string): Pick<CSVFile, 'starts' | 'lines'> {
  const [starts, lines]: [number[], number[]] = [[], []];
  for (let start = 0, line = 1; start < bytes.length; ) {
    const end = endOfRecord(bytes, start, separator);
    if (end === null) {
      throw new InvalidArgumentError(
        `${place}: a quote opens in the record at line ${line} and never closes. Close it, or double it.`,
      );
    }
    if (end > start && !(end === start + 1 && bytes[start] === CARRIAGE_RETURN)) {
      starts.push(start);
      lines.push(line);
    }
    for (let at = start; at < end; at++) if (bytes[at] === NEWLINE) line++;
    line++;
    start = end + 1;
  }
  if (starts.length === 0) throw new InvalidArgumentError(`${place} is empty; a table starts with a header.`);
  return { starts, lines };
}

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;

function detectSeparator(bytes: Uint8Array, place: string): string {
  const counts = Object.keys(SEPARATORS).map((separator) => {
    const end = endOfRecord(bytes, 0, separator.charCodeAt(0)) ?? 0;
    return { separator, columns: fieldsOf(textOf(bytes.subarray(0, end)), separator).length };
  });
  const best = counts.reduce((most, each) => (each.columns > most.columns ? each : most));
  if (best.columns > 1) return best.separator;
  throw new InvalidArgumentError(
    `${place} has no header of at least two columns separated by tabs, commas, semicolons or bars, such as ` +
      "'filepath,title'; name another character with separator.",
  );
}
