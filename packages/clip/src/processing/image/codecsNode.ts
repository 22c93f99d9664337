// SPDX-License-Identifier: Apache-2.0
/** Decoders in Node: jimp, and WebAssembly compiled from the files of the @jsquash packages. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { ImageCodecs } from './imageCodecs.js';
import { type CodecFactory, instantiateFrom, wasmCodec } from './wasmCodec.js';

export const codecs: ImageCodecs = {
  jpeg: wasmCodec(
    async () => ({
      factory: (await import('@jsquash/jpeg/codec/dec/mozjpeg_dec.js')).default as CodecFactory,
      options: await compiled('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
    }),
    false, // we turn the picture ourselves
  ),
  webp: wasmCodec(async () => ({
    factory: (await import('@jsquash/webp/codec/dec/webp_dec.js')).default as CodecFactory,
    options: await compiled('@jsquash/webp/codec/dec/webp_dec.wasm'),
  })),
  avif: wasmCodec(async () => ({
    factory: (await import('@jsquash/avif/codec/dec/avif_dec.js')).default as CodecFactory,
    options: await compiled('@jsquash/avif/codec/dec/avif_dec.wasm'),
  })),
  async jimp(bytes) {
    const { Jimp } = await import('jimp');
    const { bitmap } = await Jimp.fromBuffer(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return bitmap;
  },
};

/** Their own loading fails in Node: it fetches a file: URL. */
async function compiled(file: string): Promise<object> {
  const path = createRequire(import.meta.url).resolve(file);
  return instantiateFrom(await WebAssembly.compile(await readFile(path)));
}
