// SPDX-License-Identifier: Apache-2.0
/** Every change of given strength, against Pillow: the bytes that test/python/make_augmentation.py recorded, all of them equal. */
import { cut, pillowResize, type RawImage } from 'tfjs-clip';
import { Fixture } from '../../../../test/harness/fixture.js';
import { affine } from './affine.js';
import { adjustBrightness, adjustContrast, adjustHue, adjustSaturation, toGrayscale } from './color.js';
import { flipHorizontally, flipVertically } from './flip.js';
import { outline } from './outline.js';

type Change = (image: RawImage, ...given: string[]) => RawImage;

const CHANGES: Record<string, Change> = {
  adjust_brightness: (image, factor) => adjustBrightness(image, Number(factor)),
  adjust_contrast: (image, factor) => adjustContrast(image, Number(factor)),
  adjust_saturation: (image, factor) => adjustSaturation(image, Number(factor)),
  adjust_hue: (image, turn) => adjustHue(image, Number(turn)),
  grayscale: toGrayscale,
  hflip: flipHorizontally,
  vflip: flipVertically,
  affine: (image, ...given) => {
    const [angle, x, y, scale, shear, stretch] = given.map(Number);
    return affine(image, { angle, translate: [x, y], scale, shear, stretch }, [9, 80, 200]);
  },
  resized_crop: (image, left, top, width, height, size, resample) => {
    const box = { left: Number(left), top: Number(top), width: Number(width), height: Number(height) };
    const name = resample as 'bilinear' | 'bicubic';
    return pillowResize(cut(image, box), Number(size), Number(size), name) as RawImage;
  },
  outline: (image, brightness, ink) => outline(image, Number(brightness), Number(ink)),
};

let fixture: Fixture;

beforeAll(async () => {
  fixture = await Fixture.open('training/augmentation.safetensors');
});

function picture(name: string): RawImage {
  const { shape, values } = fixture.get(name);
  const [height, width, channels] = shape;
  return { data: Uint8Array.from(values), width, height, channels: channels as RawImage['channels'] };
}

const ONE_PIXEL_AT_A_TIME = ['adjust_saturation', 'adjust_hue', 'grayscale'];
const pictures = Object.keys(CHANGES).flatMap((change) => [
  [change, 'rgb'],
  [change, 'rgba'],
  ...(ONE_PIXEL_AT_A_TIME.includes(change) ? [[change, 'colors']] : []),
]);

it.each(pictures)('%s of %s is Pillow’s and leaves the picture alone', (change, of) => {
  const cases = fixture.names(`${of}/${change}`);
  expect(cases).not.toEqual([]);
  const image = picture(of);
  for (const given of cases) {
    const changed = CHANGES[change](image, ...given.split('/').slice(1));
    expect({ given, ...changed }).toEqual({ given, ...picture(`${of}/${change}${given}`) });
  }
  expect(image).toEqual(picture(of));
});
