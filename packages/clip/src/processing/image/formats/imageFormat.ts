// SPDX-License-Identifier: Apache-2.0
/** What a file format offers to `decode.ts`, and how it says that a file is broken. */
import type { ImageCodecs } from '../imageCodecs.js';
import type { RawImage } from '../rawImage.js';

export interface ImageHeader {
  width: number;
  height: number;
  /** EXIF's orientation, 1 to 8: how to turn the decoded picture (1: not at all). */
  orientation: number;
  /** Of the decoded picture. */
  channels: RawImage['channels'];
  /** Whether jimp, where there is one, gives Pillow's pixels for this file; if not, `decode` does. */
  jimpAgrees?: boolean;
}

export interface ImageFormat<Header extends ImageHeader = ImageHeader> {
  name: string;
  /** Whether a file that begins like this is of the format. */
  matches(bytes: Uint8Array): boolean;
  /** Reads the size without allocating for the pixels. @throws BrokenImage */
  readHeader(bytes: Uint8Array): Header | Promise<Header>;
  /** Decodes to the pixels that Pillow's `convert('RGB')` gives, with alpha beside them where the file has it. @throws BrokenImage */
  decode(bytes: Uint8Array, header: Header, codecs: ImageCodecs): RawImage | Promise<RawImage>;
}

/** A file of a known format that cannot be decoded; the message says why, `decode.ts` adds which file. */
export class BrokenImage extends Error {}

/** A file that may be sound, of a kind that we do not decode. */
export class UnsupportedImage extends Error {}

export const TRUNCATED = 'the file ends before its pixels do';
