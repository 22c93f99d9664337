// SPDX-License-Identifier: Apache-2.0
/** What the samples of a TIFF mean: the combinations that Pillow reads (TiffImagePlugin.OPEN_INFO). */
import type { RawImage } from '../rawImage.js';
import { UnsupportedImage } from './imageFormat.js';
import type { Tags } from './tiffTags.js';

export interface TiffLayout {
  colours: 'grey' | 'palette' | 'rgb' | 'cmyk';
  /** Samples a pixel, with alpha and those of no meaning. */
  samples: number;
  /** Bits of each sample. */
  bits: number;
  sampleFormat: 'unsigned' | 'signed' | 'float';
  /** What follows the colours. */
  alpha: 'none' | 'straight' | 'premultiplied';
  /** Grey whose 0 is white. */
  isInverted: boolean;
  /** Whether each sample has a plane of its own. */
  isPlanar: boolean;
}

const FORMATS = { 1: 'unsigned', 2: 'signed', 3: 'float' } as const;
/** RGB and three of no meaning. */
const MOST_SAMPLES = 6;
const WHITE_IS_ZERO = 0;
const YCBCR = 6;
/** Colours and samples by photometric interpretation; YCbCr comes as JPEG, which decodes to RGB. */
const COLOURS: Record<number, [TiffLayout['colours'], number]> = {
  [WHITE_IS_ZERO]: ['grey', 1],
  1: ['grey', 1],
  2: ['rgb', 3],
  3: ['palette', 1],
  5: ['cmyk', 4],
  [YCBCR]: ['rgb', 3],
};
const BITS: Record<TiffLayout['colours'], number[]> = {
  grey: [1, 2, 4, 8, 12, 16, 32],
  palette: [1, 2, 4, 8],
  rgb: [8, 16],
  cmyk: [8, 16],
};

/** @throws UnsupportedImage for samples that Pillow does not read either. */
export function tiffLayout(tags: Tags): TiffLayout {
  const photometric = tags.photometric?.[0] ?? WHITE_IS_ZERO;
  const samples = tags.samplesPerPixel?.[0] ?? 1;
  const bits = tags.bitsPerSample?.[0] ?? 1;
  const format = tags.sampleFormat?.[0] ?? 1;
  const compression = tags.compression?.[0] ?? 1;
  let [colours, count] = COLOURS[photometric] ?? [undefined, 0];
  if (photometric === YCBCR && samples === 1) [colours, count] = ['grey', 1];
  const isSupported =
    colours &&
    BITS[colours].includes(bits) &&
    samples >= count &&
    samples <= MOST_SAMPLES &&
    tags.bitsPerSample?.every((b) => b === bits) !== false &&
    (format === 1 ||
      (colours === 'grey' && format === 2) ||
      (colours === 'grey' && format === 3 && bits === 32)) &&
    (photometric !== YCBCR || compression === 7 || samples === 1);
  if (!colours || !isSupported) {
    throw new UnsupportedImage(
      `its pixels have photometric interpretation ${photometric} and ${samples} samples of ` +
        `${tags.bitsPerSample ?? 1} bits in format ${format}`,
    );
  }
  return {
    colours,
    samples,
    bits,
    sampleFormat: FORMATS[format as 1 | 2 | 3],
    alpha: samples > count && colours !== 'cmyk' ? alphaOf(tags) : 'none',
    isInverted: photometric === WHITE_IS_ZERO && bits <= 8,
    isPlanar: tags.planarConfiguration?.[0] === 2 && samples > 1,
  };
}

/** Of the 8-bit picture that it becomes. */
export function channelsOf({ colours, alpha }: TiffLayout): RawImage['channels'] {
  const channels = colours === 'grey' ? 1 : 3;
  return (alpha === 'none' ? channels : channels + 1) as RawImage['channels'];
}

/** A fourth sample of RGB without a word about it is alpha. */
function alphaOf(tags: Tags): TiffLayout['alpha'] {
  const kind = tags.extraSamples?.[0] ?? 2;
  if (kind === 0) return 'none';
  return kind === 1 ? 'premultiplied' : 'straight';
}
