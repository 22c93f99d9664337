// SPDX-License-Identifier: Apache-2.0
/** Photographs as JPEG files of 640 × 480, and pictures as plain pixels in two sizes, made of those of the tests. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import encodeJpeg, { init } from '@jsquash/jpeg/encode.js';
import { CLIPImageProcessor } from 'tfjs-clip';
import { PICTURES } from './pictures.mjs';

const SOURCES = fileURLToPath(new URL('../../test/fixtures/images/photos', import.meta.url));
const NAMES = [
  'china.jpg',
  'flower.jpg',
  'rocket.jpg',
  'grace_hopper.jpg',
  'astronaut.png',
  'chelsea.png',
  'coffee.png',
  'horse.png',
];
const QUALITY = 90;

export async function writePhotos(folder) {
  await mkdir(folder);
  const require = createRequire(import.meta.url);
  await init(
    await WebAssembly.compile(await readFile(require.resolve('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'))),
  );
  for (const [i, name] of NAMES.entries()) {
    const { data, width, height } = await resized(name, PICTURES['640x480']);
    const jpeg = await encodeJpeg(
      { data: withAlpha(data), width, height },
      { quality: QUALITY, progressive: false },
    );
    await writeFile(path.join(folder, `${i}.jpg`), new Uint8Array(jpeg));
  }
}

/** RGB, row by row. */
export async function writePictures(folder) {
  await mkdir(folder);
  for (const [name, size] of Object.entries(PICTURES)) {
    await writeFile(path.join(folder, `${name}.rgb`), (await resized(NAMES[0], size)).data);
  }
}

async function resized(name, size) {
  const { pixelValues } = await new CLIPImageProcessor().preprocess(path.join(SOURCES, name), {
    size,
    doCenterCrop: false,
    doRescale: false,
    doNormalize: false,
    dataFormat: 'channels_last',
    returnTensors: null,
  });
  return { data: Uint8Array.from(pixelValues[0]), ...size };
}

function withAlpha(rgb) {
  const rgba = new Uint8ClampedArray((rgb.length / 3) * 4).fill(255);
  for (let i = 0; i < rgb.length / 3; i++) rgba.set(rgb.subarray(i * 3, i * 3 + 3), i * 4);
  return rgba;
}
