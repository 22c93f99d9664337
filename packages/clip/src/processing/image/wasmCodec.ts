// SPDX-License-Identifier: Apache-2.0
/** A decoder of the @jsquash packages (which @jimp/wasm-* wrap too), held ready between pictures. */
import type { RgbaBitmap } from './imageCodecs.js';

/** What Emscripten makes of a codec. */
export type CodecFactory = (options: object) => Promise<CodecModule>;

interface CodecModule {
  decode(bytes: Uint8Array, ...options: boolean[]): RgbaBitmap | null;
}

/** Hands over a codec's instance from a compiled module, where it cannot load its .wasm file by itself. */
export function instantiateFrom(compiled: WebAssembly.Module): object {
  const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
    const instance = new WebAssembly.Instance(compiled, imports);
    done(instance);
    return instance.exports;
  };
  return { instantiateWasm };
}

/**
 * `load` brings the codec in on first use. After a failure the instance is thrown away: the C library has exited
 * and left its memory as it was.
 */
export function wasmCodec(
  load: () => Promise<{ factory: CodecFactory; options?: object }>,
  ...decodeOptions: boolean[]
): (bytes: Uint8Array) => Promise<RgbaBitmap> {
  let ready: Promise<CodecModule> | null = null;
  const start = async () => {
    const { factory, options } = await load();
    return factory({ noInitialRun: true, print: () => {}, printErr: () => {}, ...options });
  };
  return async (bytes) => {
    ready ??= start();
    try {
      const bitmap = withImageData(await ready, bytes, decodeOptions);
      if (!bitmap) throw new Error('the decoder found no picture in it');
      return bitmap;
    } catch (error) {
      ready = null;
      throw error;
    }
  };
}

/** The codecs make their result with the browser's ImageData, which Node lacks: lent for the duration of the call. */
function withImageData(codec: CodecModule, bytes: Uint8Array, options: boolean[]): RgbaBitmap | null {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return codec.decode(bytes, ...options);
  scope.ImageData = Bitmap;
  try {
    return codec.decode(bytes, ...options);
  } finally {
    delete scope.ImageData;
  }
}

class Bitmap implements RgbaBitmap {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}
