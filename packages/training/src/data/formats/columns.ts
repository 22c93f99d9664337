// SPDX-License-Identifier: Apache-2.0
/** Which fields of a record name its picture and its captions. */
import { InvalidArgumentError } from 'tfjs-clip';

/** For tables and JSON records. */
export interface ColumnOptions {
  /** The field with the picture's path; by default found by its name. */
  imageColumn?: string;
  /** The field, or the fields, with captions; by default found by their names. */
  captionColumn?: string | readonly string[];
}

export interface Columns {
  image: string;
  captions: readonly string[];
}

/** As RSICD, open_clip, Hugging Face's scripts and Flickr30k call them; the first that is there is taken. */
const IMAGE = ['filepath', 'image_path', 'file_name', 'filename', 'image_name', 'path', 'image'];
const CAPTION = ['title', 'captions', 'caption', 'text', 'sentences', 'sentence', 'comment'];
const NUMBERED_CAPTION = /^caption[ _-]?\d+$/;

/** @throws InvalidArgumentError if there is no such field */
export function findColumns(
  names: readonly string[],
  place: string,
  { imageColumn, captionColumn }: ColumnOptions,
): Columns {
  const numbered = names.filter((name) => NUMBERED_CAPTION.test(name));
  const found = CAPTION.filter((name) => names.includes(name)).slice(0, 1);
  const image = imageColumn ?? IMAGE.find((name) => names.includes(name));
  const captions =
    captionColumn === undefined ? (found.length > 0 ? found : numbered) : [captionColumn].flat();
  const lacking = [image, ...captions].find((name) => name === undefined || !names.includes(name));
  const fields = names.map((name) => `'${name}'`).join(', ');
  if (image === undefined || captions.length === 0) {
    const [what, option] = image === undefined ? ['pictures', 'imageColumn'] : ['captions', 'captionColumn'];
    throw new InvalidArgumentError(
      `${place} has the fields ${fields}, and none is known to hold ${what}; name it with ${option}.`,
    );
  }
  if (lacking !== undefined) {
    throw new InvalidArgumentError(`${place} has no field '${lacking}'; there are ${fields}.`);
  }
  return { image, captions };
}

export function describeColumns({ image, captions }: Columns): string {
  return `pictures in '${image}', captions in ${captions.map((name) => `'${name}'`).join(', ')}`;
}
