// SPDX-License-Identifier: Apache-2.0
/** The decoders that are other people's, and differ between Node and browsers in how they are loaded. */

/** 8-bit RGBA, row by row, not premultiplied. */
export interface RgbaBitmap {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
}

/** Each throws when it cannot decode the file. */
export interface ImageCodecs {
  /** mozjpeg; grey, YCbCr and RGB. */
  jpeg(bytes: Uint8Array): Promise<RgbaBitmap>;
  /** libwebp; one picture, no animation. */
  webp(bytes: Uint8Array): Promise<RgbaBitmap>;
  /** libavif. */
  avif(bytes: Uint8Array): Promise<RgbaBitmap>;
  /** jimp, for PNG and BMP (why not for GIF and TIFF, their files say); null where it does not run. */
  jimp: ((bytes: Uint8Array) => Promise<RgbaBitmap>) | null;
}
