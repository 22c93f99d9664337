// SPDX-License-Identifier: Apache-2.0
/** Picture arguments: files, web addresses, folders of pictures, and - for standard input. */
import { readdir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { hasTransparency, ImageError, loadImage, type RawImage } from 'tfjs-clip';
import { messageOf, ReportedError, RunError, systemReason, UsageError } from './errors.js';
import { isFolder } from './isFolder.js';
import { printable } from './render/text.js';
import type { Terminal } from './terminal.js';

const STANDARD_INPUT = '-';
/** What the library's errors suggest and a command line cannot do. */
const LIBRARY_OPTION = /, or raise `maxPixels`\.$/;
const extensions = ['.png', '.jpg', '.jpeg', '.webp', '.gif', '.bmp', '.tif', '.tiff', '.avif'];

export interface Picture {
  /** As given on the command line, or found in a folder given there. */
  name: string;
  image: RawImage;
  /** What it can be read from once more: a file's name; of what comes only once or from afar, the picture itself. */
  again: string | RawImage;
}

export interface Failure {
  picture: string;
  error: string;
}

/** The pictures that a command line names, read one after another; one that cannot be read is reported and left out. */
export class PictureReader {
  readonly failures: Failure[] = [];
  /** Set where the model drops alpha: the first picture with transparent pixels is then remarked on. */
  warnsOfTransparency = false;
  private taken = 0;

  private constructor(
    private readonly names: string[],
    private readonly terminal: Terminal,
  ) {}

  /**
   * Finds what there is before anything slow is loaded.
   *
   * @throws UsageError if standard input is named twice, RunError if nothing is left to read
   */
  static async open(names: readonly string[], terminal: Terminal): Promise<PictureReader> {
    if (names.filter((name) => name === STANDARD_INPUT).length > 1) {
      throw new UsageError('- stands for standard input, which can be read only once.');
    }
    const reader = new PictureReader([], terminal);
    for (const name of names) {
      if (await isFolder(name)) await reader.addFolder(name);
      else if (await isThere(name)) reader.names.push(name);
      else reader.fail(name, `There is no file or folder '${name}'.`);
    }
    if (reader.count > 0) return reader;
    throw reader.failures.length === 1 ? new ReportedError() : new RunError('There is no picture to read.');
  }

  get count(): number {
    return this.names.length;
  }

  /** How many of `count` have been read, or tried. */
  get done(): number {
    return this.taken;
  }

  /** The pictures not yet taken: a second call goes on where the first one was left. */
  async *read(): AsyncGenerator<Picture, void, undefined> {
    while (this.done < this.count) {
      const name = this.names[this.taken++];
      const image = await this.load(name);
      if (!image) continue;
      if (this.warnsOfTransparency && hasTransparency(image)) this.warnOfTransparency(name);
      yield { name, image, again: (await isPlainFile(name)) ? name : image };
    }
  }

  /** Notes that `picture` was read and cannot be used, such as a long strip; throws what says something else. */
  refuse(picture: string, error: unknown): void {
    if (!(error instanceof ImageError)) throw error;
    this.fail(picture, `${picture}: ${error.message}`);
  }

  private async addFolder(folder: string): Promise<void> {
    try {
      const files = await picturesIn(folder);
      if (files.length === 0) {
        this.fail(folder, `The folder ${folder} holds no pictures (${extensions.join(' ')}).`);
      }
      this.names.push(...files);
    } catch (error) {
      this.fail(folder, `The folder ${folder} cannot be read: ${systemReason(error)}.`);
    }
  }

  private async load(name: string): Promise<RawImage | null> {
    try {
      if (name === STANDARD_INPUT) return await loadImage(await buffer(process.stdin));
      return await loadImage((await isPipe(name)) ? await readFile(name) : name);
    } catch (error) {
      const called = name === STANDARD_INPUT ? 'Standard input' : name;
      this.fail(name, messageOf(error).replace(/^The picture /, `${called} `));
      return null;
    }
  }

  /** @param error names the picture */
  private fail(picture: string, error: string): void {
    const message = error.replace(LIBRARY_OPTION, '.');
    this.failures.push({ picture, error: message });
    this.terminal.error(printable(message));
  }

  private warnOfTransparency(name: string): void {
    this.warnsOfTransparency = false;
    this.terminal.remark(
      `warning: ${name} has transparent pixels. This model drops transparency, so that whatever colours lie beneath ` +
        "become the background. --alpha-background '#ffffff' puts such pictures on white.",
    );
  }
}

async function picturesIn(folder: string): Promise<string[]> {
  const files = await readdir(folder);
  return files
    .filter((file) => extensions.includes(path.extname(file).toLowerCase()) && !file.startsWith('.'))
    .sort()
    .map((file) => path.join(folder, file));
}

/** Whether to try it: what the web holds, and what cannot be looked at, the reading will tell. */
async function isThere(name: string): Promise<boolean> {
  if (name === STANDARD_INPUT || /^[a-z][a-z\d+.-]+:/i.test(name)) return true;
  return stat(name).then(
    () => true,
    (error) => error.code !== 'ENOENT',
  );
}

async function isPlainFile(name: string): Promise<boolean> {
  if (name === STANDARD_INPUT) return false;
  const entry = await stat(name).catch(() => null);
  return entry?.isFile() ?? false;
}

/** As in `tfjs-clip classify <(curl …)`. */
async function isPipe(name: string): Promise<boolean> {
  const entry = await stat(name).catch(() => null);
  return entry?.isFIFO() ?? false;
}
