// SPDX-License-Identifier: Apache-2.0
/** Decoders in browsers, each loaded with its .wasm file when the first picture of its kind comes. */
import type { ImageCodecs } from './imageCodecs.js';
import { type CodecFactory, wasmCodec } from './wasmCodec.js';

export const codecs: ImageCodecs = {
  jpeg: wasmCodec(
    async () => ({
      factory: (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')).default as CodecFactory,
    }),
    false, // we turn the picture ourselves
  ),
  webp: wasmCodec(async () => ({
    factory: (await import('@jsquash/webp/codec/dec/webp_dec.js')).default as CodecFactory,
  })),
  avif: wasmCodec(async () => ({
    factory: (await import('@jsquash/avif/codec/dec/avif_dec.js')).default as CodecFactory,
  })),
  // jimp 1.6.1 publishes an empty browser build (jimp-dev/jimp#1402), and its decoders need Node's Buffer and zlib.
  // The decoders in formats/ read the same files to the same pixels.
  jimp: null,
};
