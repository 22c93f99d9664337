// SPDX-License-Identifier: Apache-2.0
import { ImageError } from '../../errors.js';
import { checkResizedSize, type ResizeSize, resizedSize } from './resizeSize.js';

// From get_resize_output_image_size, get_size_with_aspect_ratio and get_image_size_for_max_height_width of transformers.
it.each<[number, number, ResizeSize, [number, number]]>([
  [300, 451, { shortestEdge: 224 }, [224, 336]],
  [451, 300, { shortestEdge: 224 }, [336, 224]],
  [7, 7, { shortestEdge: 3 }, [3, 3]],
  [29, 41, { shortestEdge: 29, longestEdge: 30 }, [21, 30]],
  [29, 41, { shortestEdge: 10, longestEdge: 1000 }, [10, 14]],
  [29, 41, { shortestEdge: 29, longestEdge: 1000 }, [29, 41]],
  [2, 8, { shortestEdge: 3, longestEdge: 10 }, [2, 8]],
  [4, 16, { shortestEdge: 8, longestEdge: 14 }, [4, 16]],
  [100, 200, { maxHeight: 50, maxWidth: 50 }, [25, 50]],
  [100, 200, { maxHeight: 200, maxWidth: 500 }, [200, 400]],
  [100, 200, { height: 3, width: 5 }, [3, 5]],
])('%i × %i to %j is %j', (height, width, size, [newHeight, newWidth]) => {
  expect(resizedSize({ height, width }, size)).toEqual({ height: newHeight, width: newWidth });
});

it('refuses a result, or the rows between the two passes, beyond the limit', () => {
  const square = { height: 100, width: 100 };
  expect(() => checkResizedSize(square, { height: 10, width: 100 }, 1000)).not.toThrow();
  expect(() => checkResizedSize(square, { height: 11, width: 100 }, 1000)).toThrow(ImageError);
  expect(() => checkResizedSize(square, { height: 1, width: 11 }, 100)).not.toThrow();
  expect(() => checkResizedSize(square, { height: 2, width: 11 }, 199)).toThrow(ImageError);
});
