// SPDX-License-Identifier: Apache-2.0
import { ConfigurationError, type PicturePart, type RawImage } from 'tfjs-clip';
import { thrown } from '../../../../test/harness/thrown.js';
import { type Random, randomFor } from '../random.js';
import { randomResizedCropBox } from './crop.js';
import { erasedBox } from './erase.js';
import { type AugmentationConfig, type AugmentationStep, imageAugmentation } from './imageAugmentation.js';
import { AUGMENTATION_PRESETS } from './presets.js';

/** A picture whose every pixel is another: red counts columns, green rows. */
function ramp(width: number, height: number, channels: RawImage['channels']): RawImage {
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const pixel = [i % width, Math.floor(i / width), (i * 7) % 256, (i * 13) % 256].slice(0, channels);
    data.set(pixel, i * channels);
  }
  return { data, width, height, channels };
}

const copyOf = (image: RawImage): RawImage => ({ ...image, data: image.data.slice() });
const many = <T>(count: number, draw: (random: Random) => T): T[] =>
  Array.from({ length: count }, (_, i) => draw(randomFor(11, 'many', i)));
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

const EVERY_STEP: AugmentationStep[] = [
  { op: 'randomAffine', angle: 30, translate: 0.1, scale: [0.8, 1.2], shear: 10, stretch: [0.9, 1.1] },
  { op: 'randomErasing', probability: 1, fill: 'noise' },
  { op: 'randomBackground' },
  { op: 'randomCrop', side: 0.9 },
  { op: 'randomResizedCrop' },
  { op: 'randomHorizontalFlip' },
  { op: 'randomVerticalFlip' },
  { op: 'colorJitter', brightness: 0.4, contrast: 0.4, saturation: [0, 2], hue: 0.5 },
  { op: 'randomGrayscale', probability: 0.5 },
  { op: 'randomOutline', probability: 0.5 },
];

describe('what every configuration promises', () => {
  const configs: [string, AugmentationConfig][] = [
    ...Object.keys(AUGMENTATION_PRESETS).map((name): [string, AugmentationConfig] => [
      name,
      name as AugmentationConfig,
    ]),
    ['every step', EVERY_STEP],
    ...EVERY_STEP.map((step): [string, AugmentationConfig] => [step.op, [step]]),
  ];

  it.each(configs)('%s: the same keys give the same pixels in any order, others others', (name, config) => {
    const image = ramp(20, 15, 4);
    const augment = imageAugmentation(config);
    const keys = Array.from({ length: 12 }, (_, i) => `picture ${i}`);
    const draw = (key: string) => augment(image, randomFor(3, 'image', 0, key));
    const forwards = keys.map(draw);
    const backwards = [...keys].reverse().map(draw).reverse();
    expect(backwards).toEqual(forwards);
    const different = new Set(forwards.map(({ data }) => data.join()));
    if (name === 'none') expect(different.size).toBe(1);
    else expect(different.size).toBeGreaterThan(1);
    expect(image).toEqual(ramp(20, 15, 4));
  });

  it.each(configs)('%s takes pictures of every kind and size', (name, config) => {
    const augment = imageAugmentation(JSON.parse(JSON.stringify(config)));
    for (const channels of [1, 2, 3, 4] as const) {
      for (const [width, height] of [
        [1, 1],
        [1, 9],
        [31, 2],
        [12, 12],
      ]) {
        const given = ramp(width, height, channels);
        const result = augment(given, randomFor(5, width, height));
        expect(result.data).toHaveLength(result.width * result.height * result.channels);
        if (name === 'none') expect(result).toBe(given);
        else expect([3, channels % 2 === 0 ? 4 : 3]).toContain(result.channels);
      }
    }
  });

  it('grey becomes RGB, and alpha stays beside it', () => {
    const same = imageAugmentation([{ op: 'randomHorizontalFlip', probability: 0 }]);
    const [grey, greyAlpha] = [1, 2].map((channels) => ramp(2, 1, channels as 1 | 2));
    expect([...same(grey, randomFor(0)).data]).toEqual([0, 0, 0, 1, 1, 1]);
    expect(same(greyAlpha, randomFor(0))).toEqual({
      data: Uint8Array.of(0, 0, 0, 0, 1, 1, 1, 0),
      width: 2,
      height: 1,
      channels: 4,
    });
  });
});

it.each<AugmentationStep>([
  { op: 'randomCrop', side: 1 },
  { op: 'randomResizedCrop', scale: [1, 1], ratio: [1, 1] },
  { op: 'randomHorizontalFlip', probability: 0 },
  { op: 'randomVerticalFlip', probability: 0 },
  { op: 'randomGrayscale', probability: 0 },
  { op: 'randomErasing', probability: 0 },
  { op: 'randomOutline', probability: 0 },
  { op: 'randomOutline', probability: 1, brightness: [1, 1], ink: [0, 0] },
  { op: 'randomAffine' },
  { op: 'colorJitter' },
  { op: 'colorJitter', brightness: [1, 1], contrast: [1, 1], saturation: [1, 1], hue: [0, 0] },
])('%j changes nothing', (step) => {
  // Bytes of hue are rounded on the way to HSV and back: only greys come through them unchanged, in Pillow too.
  const gray = { ...ramp(9, 9, 4), data: ramp(9, 9, 4).data.map((_, i) => (i % 4 === 3 ? i : i >> 2)) };
  const image = step.op === 'colorJitter' ? gray : ramp(9, 9, 4);
  expect(imageAugmentation([step])(image, randomFor(1))).toEqual(copyOf(image));
});

describe('what is drawn', () => {
  it('crops are squares inside the picture, each place equally likely', () => {
    const augment = imageAugmentation([{ op: 'randomCrop', side: 0.8 }]);
    const crops = many(3000, (random) => augment(ramp(10, 12, 3), random));
    const places = crops.map(({ data, width, height }) => {
      expect([width, height]).toEqual([8, 8]);
      return `${data[0]},${data[1]}`;
    });
    const counts = new Map<string, number>();
    for (const place of places) counts.set(place, (counts.get(place) ?? 0) + 1);
    expect(counts.size).toBe(3 * 5);
    for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(4 * Math.sqrt(200));
  });

  it('resized crops: area uniform in scale, proportions uniform in their logarithm, as torchvision draws them', () => {
    const image = { width: 1000, height: 1000 };
    const options = { scale: [0.1, 0.5], ratio: [0.5, 2] } as const;
    const boxes = many(4000, (random) => randomResizedCropBox(image, options, random));
    const areas = boxes.map(({ width, height }) => (width * height) / 1e6);
    const logs = boxes.map(({ width, height }) => Math.log2(width / height));
    for (const box of boxes) expect(isInside(box, image)).toBe(true);
    expect(Math.min(...areas)).toBeGreaterThan(0.099);
    expect(Math.max(...areas)).toBeLessThan(0.501);
    expect(Math.abs(mean(areas) - 0.3)).toBeLessThan((4 * 0.4) / Math.sqrt(12 * 4000));
    expect(Math.min(...logs)).toBeGreaterThan(-1.01);
    expect(Math.max(...logs)).toBeLessThan(1.01);
    expect(Math.abs(mean(logs))).toBeLessThan((4 * 2) / Math.sqrt(12 * 4000));
  });

  it.each<[string, [number, number], PicturePart]>([
    ['too wide', [100, 10], { left: 43, top: 0, width: 13, height: 10 }],
    ['too tall', [10, 100], { left: 0, top: 43, width: 10, height: 13 }],
    ['of allowed proportions', [10, 10], { left: 0, top: 0, width: 10, height: 10 }],
  ])('a picture %s, of which nothing fits, gives its middle', (_, [width, height], box) => {
    const options = { scale: [50, 60], ratio: [3 / 4, 4 / 3] } as const;
    expect(randomResizedCropBox({ width, height }, options, randomFor(1))).toEqual(box);
  });

  it('resized crops are squares of the size asked for, or of the shorter side', () => {
    const asked = imageAugmentation([{ op: 'randomResizedCrop', size: 7, resample: 'bicubic' }]);
    const own = imageAugmentation([{ op: 'randomResizedCrop' }]);
    for (const random of many(5, (random) => random)) {
      expect(asked(ramp(20, 11, 3), random)).toMatchObject({ width: 7, height: 7 });
      expect(own(ramp(20, 11, 3), random)).toMatchObject({ width: 11, height: 11 });
    }
  });

  it('erases parts of the area, opaque, in the colour asked for', () => {
    const options = { scale: [0.02, 0.33], ratio: [0.3, 3.3] } as const;
    const image = { width: 500, height: 400 };
    const boxes = many(2000, (random) => erasedBox(image, options, random)).filter((box) => box !== null);
    const areas = boxes.map(({ width, height }) => (width * height) / 200_000);
    for (const box of boxes) expect(isInside(box, image)).toBe(true);
    expect(Math.min(...areas)).toBeGreaterThan(0.019);
    expect(Math.max(...areas)).toBeLessThan(0.331);
    const augment = imageAugmentation([{ op: 'randomErasing', probability: 1, fill: [255, 254, 253] }]);
    const erased = augment(ramp(30, 30, 4), randomFor(2));
    const painted = pixelsOf(erased).filter(([r, g, b]) => r === 255 && g === 254 && b === 253);
    expect(painted.length).toBeGreaterThan(0);
    expect(painted.every(([, , , alpha]) => alpha === 255)).toBe(true);
    const all = { scale: [1, 1], ratio: [1, 1] } as const;
    expect(erasedBox({ width: 5, height: 5 }, all, randomFor(1))).toBeNull();
  });

  it.each([
    ['randomHorizontalFlip', 0.5],
    ['randomVerticalFlip', 0.3],
    ['randomGrayscale', 0.1],
    ['randomErasing', 0.7],
    ['randomOutline', 0.15],
  ] as const)('%s happens as often as its probability says', (op, probability) => {
    const augment = imageAugmentation([{ op, probability }]);
    const image = ramp(8, 8, 3);
    const changed = many(1000, (random) => augment(image, random) !== image).filter(Boolean).length;
    expect(Math.abs(changed - 1000 * probability)).toBeLessThan(
      4 * Math.sqrt(1000 * probability * (1 - probability)),
    );
  });

  it('backgrounds are white, black or any colour, behind what is transparent only', () => {
    const augment = imageAugmentation([{ op: 'randomBackground', white: 0.5, black: 0.25 }]);
    const image: RawImage = {
      data: Uint8Array.of(9, 9, 9, 0, 7, 8, 9, 255),
      width: 2,
      height: 1,
      channels: 4,
    };
    const results = many(1000, (random) => augment(image, random));
    for (const { data, channels } of results) expect([channels, ...data.slice(3)]).toEqual([3, 7, 8, 9]);
    const backgrounds = results.map(({ data }) => data.slice(0, 3).join());
    const count = (color: string) => backgrounds.filter((background) => background === color).length;
    expect(Math.abs(count('255,255,255') - 500)).toBeLessThan(4 * Math.sqrt(250));
    expect(Math.abs(count('0,0,0') - 250)).toBeLessThan(4 * Math.sqrt(188));
    expect(new Set(backgrounds).size).toBeGreaterThan(200);
  });

  it('jitters in random order: brightness before contrast gives another picture than after it', () => {
    const augment = imageAugmentation([{ op: 'colorJitter', brightness: [2, 2], contrast: [0.5, 0.5] }]);
    const image: RawImage = { data: Uint8Array.of(200, 200, 200, 0, 0, 0), width: 2, height: 1, channels: 3 };
    const results = new Set(many(50, (random) => augment(image, random).data.join()));
    expect([...results].sort()).toEqual(['191,191,191,64,64,64', '255,255,255,100,100,100'].sort());
  });
});

describe('refuses', () => {
  it.each<[unknown, string]>([
    [
      'rscid',
      'The augmentation is "rscid", but must be one of none, rsicd, emoji, or a list of steps such as [{ "op": "randomCrop", "side": 0.8 }].',
    ],
    [
      [{ op: 'randomHorizontalFlip' }, { op: 'flip' }],
      'augmentation[1] is {"op":"flip"}, but must have an `op` that is one of randomCrop, randomResizedCrop, randomHorizontalFlip, randomVerticalFlip, randomAffine, randomBackground, colorJitter, randomGrayscale, randomOutline, randomErasing.',
    ],
    [
      [{ op: 'randomCrop', size: 179 }],
      "augmentation[0] (randomCrop) has no option 'size'; its options are side.",
    ],
    [
      [{ op: 'randomCrop', side: 0 }],
      'augmentation[0] (randomCrop).side is 0, but must be a number above 0 and at most 1.',
    ],
    [
      [{ op: 'randomResizedCrop', scale: [1, 0.8] }],
      'augmentation[0] (randomResizedCrop).scale is [1,0.8], but must be two numbers above 0, the smaller first.',
    ],
    [
      [{ op: 'randomResizedCrop', resample: 'nearest' }],
      "augmentation[0] (randomResizedCrop).resample is \"nearest\", but must be 'bilinear' or 'bicubic'.",
    ],
    [
      [{ op: 'randomResizedCrop', size: 22400 }],
      'augmentation[0] (randomResizedCrop).size is 22400, but must be a whole number from 1 to 4096, or null.',
    ],
    [
      [{ op: 'randomErasing', scale: [0.1, 1.1] }],
      'augmentation[0] (randomErasing).scale is [0.1,1.1], but must be two numbers above 0 and at most 1, the smaller first.',
    ],
    [
      [{ op: 'colorJitter', hue: 0.6 }],
      'augmentation[0] (colorJitter).hue is 0.6, but must be a number from 0 to 0.5, or two numbers from -0.5 to 0.5, the smaller first.',
    ],
    [
      [{ op: 'randomErasing', fill: [0, 0, 256] }],
      "augmentation[0] (randomErasing).fill is [0,0,256], but must be three whole numbers from 0 to 255, or 'noise'.",
    ],
  ])('%j', async (config, message) => {
    const error = await thrown(() => imageAugmentation(config as AugmentationConfig));
    expect(error).toStrictEqual(new ConfigurationError(message));
  });
});

function isInside(
  { left, top, width, height }: PicturePart,
  image: { width: number; height: number },
): boolean {
  return (
    left >= 0 && top >= 0 && left + width <= image.width && top + height <= image.height && width * height > 0
  );
}

function pixelsOf({ data, channels }: RawImage): number[][] {
  return Array.from({ length: data.length / channels }, (_, i) => [
    ...data.slice(i * channels, (i + 1) * channels),
  ]);
}
