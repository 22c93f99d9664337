// SPDX-License-Identifier: Apache-2.0
import { centerCrop } from './centerCrop.js';

const image = { data: Uint8Array.from([1, 2, 3, 4, 5, 6]), width: 3, height: 2, channels: 1 };
const rows = (size: { height: number; width: number }, round: (x: number) => number) => {
  const { data, width } = centerCrop(image, size, round);
  return Array.from({ length: size.height }, (_, y) => [...data.slice(y * width, (y + 1) * width)]);
};

it('gives an odd row or column of padding to the top left like the Pillow backend', () => {
  expect(rows({ height: 3, width: 4 }, Math.floor)).toEqual([
    [0, 0, 0, 0],
    [0, 1, 2, 3],
    [0, 4, 5, 6],
  ]);
});

it('gives it to the bottom right like the torchvision backend', () => {
  expect(rows({ height: 3, width: 4 }, Math.trunc)).toEqual([
    [1, 2, 3, 0],
    [4, 5, 6, 0],
    [0, 0, 0, 0],
  ]);
});

it('cuts one way while it pads the other', () => {
  expect(rows({ height: 4, width: 1 }, Math.floor)).toEqual([[0], [2], [5], [0]]);
  expect(rows({ height: 1, width: 5 }, Math.trunc)).toEqual([[0, 1, 2, 3, 0]]);
});
