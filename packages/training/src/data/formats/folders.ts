// SPDX-License-Identifier: Apache-2.0
/** Pictures in folders: with their captions in .txt files beside them, or in a folder for each class. */

import { InvalidArgumentError } from 'tfjs-clip';
import { dataFiles } from '#dataFiles';
import type { FileDataset } from '../dataset.js';
import { nameOf, PICTURE } from '../files/files.js';
import { type Table, TableDataset } from '../tableDataset.js';
import { textOf } from './textFile.js';

export interface ClassFolderOptions {
  /** Sentences with `{}` in the place of the class. Default: `['This is a photo of {}.']`. */
  templates?: readonly string[];
}

/** `a.jpg` and `a.txt`, one caption a line, in the folder or in folders under it. @throws InvalidArgumentError */
export async function openCaptionFiles(folder: string): Promise<FileDataset> {
  const pictures = await picturesIn(folder);
  const captionsOf = async (image: string) =>
    textOf(await dataFiles.readWithin(folder, image.replace(PICTURE, '.txt'))).split('\n');
  const table: Table = {
    size: pictures.length,
    keyOf: (index) => pictures[index],
    row: async (index) => ({ image: pictures[index], captions: await captionsOf(pictures[index]) }),
  };
  return datasetIn(folder, `A folder, ${pictures.length} pictures with .txt files beside them`, table);
}

/**
 * A folder for each class, as ImageNet's; an underscore in its name is a space. Pictures of one class are one group.
 *
 * @throws InvalidArgumentError
 */
export async function openClassFolders(
  folder: string,
  { templates = ['This is a photo of {}.'] }: ClassFolderOptions = {},
): Promise<FileDataset> {
  const wrong = templates.find((template) => !template.includes('{}'));
  if (wrong !== undefined || templates.length === 0) {
    throw new InvalidArgumentError(
      `templates holds ${wrong === undefined ? 'nothing' : `'${wrong}'`}, but a template has {} where the class goes.`,
    );
  }
  const pictures = (await picturesIn(folder)).filter((picture) => picture.includes('/'));
  const classOf = (index: number) => pictures[index].split('/')[0].replaceAll('_', ' ');
  const classes = new Set(pictures.map((_, index) => classOf(index)));
  const table: Table = {
    size: pictures.length,
    keyOf: (index) => pictures[index],
    row(index) {
      const captions = templates.map((template) => template.replaceAll('{}', () => classOf(index)));
      return { image: pictures[index], captions, group: classOf(index) };
    },
  };
  const found = `A folder for each class, ${classes.size} classes, ${pictures.length} pictures`;
  return datasetIn(folder, `${found}, ${templates.length} captions each`, table);
}

async function picturesIn(folder: string): Promise<string[]> {
  const pictures = (await dataFiles.list(folder)).filter((file) => PICTURE.test(file));
  if (pictures.length > 0) return pictures;
  throw new InvalidArgumentError(`There is no picture in the folder ${folder}.`);
}

function datasetIn(folder: string, description: string, table: Table): FileDataset {
  return new TableDataset(nameOf(folder), description, table, (image) => dataFiles.readWithin(folder, image));
}
