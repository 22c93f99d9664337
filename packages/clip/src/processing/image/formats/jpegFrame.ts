// SPDX-License-Identifier: Apache-2.0
/** The geometry of a JPEG: its components and their blocks. */
import { ByteReader } from '../byteReader.js';
import { BrokenImage } from './imageFormat.js';

export interface Component {
  id: number;
  /** Blocks in a unit of an interleaved scan, across and down. */
  h: number;
  v: number;
  quantizationId: number;
  /** Blocks that hold samples, as scans of this component alone count them. */
  blocksAcross: number;
  blocksDown: number;
  /** Blocks in a stored row, filled up to whole units. */
  stride: number;
  /** Samples that hold picture. */
  width: number;
  height: number;
  /** 64 coefficients a block, in zigzag order. */
  coefficients: Int16Array;
}

export interface Frame {
  width: number;
  height: number;
  isProgressive: boolean;
  components: Component[];
  maxH: number;
  maxV: number;
  /** Units of interleaved scans. */
  unitsAcross: number;
  unitsDown: number;
}

/** @throws BrokenImage for sampling factors that JPEG does not have. */
export function frameOf(data: Uint8Array, isProgressive: boolean): Frame {
  const reader = new ByteReader(data, false);
  const [height, width, count] = [reader.u16(1), reader.u16(3), reader.u8(5)];
  const specs = Array.from({ length: count }, (_, i) => {
    const factors = reader.u8(7 + i * 3);
    return {
      id: reader.u8(6 + i * 3),
      h: factors >> 4,
      v: factors & 15,
      quantizationId: reader.u8(8 + i * 3),
    };
  });
  if (specs.some(({ h, v }) => h < 1 || h > 4 || v < 1 || v > 4))
    throw new BrokenImage('its sampling is impossible');
  const maxH = Math.max(...specs.map(({ h }) => h));
  const maxV = Math.max(...specs.map(({ v }) => v));
  const unitsAcross = Math.ceil(width / (8 * maxH));
  const unitsDown = Math.ceil(height / (8 * maxV));
  const components = specs.map((spec) => {
    const componentWidth = Math.ceil((width * spec.h) / maxH);
    const componentHeight = Math.ceil((height * spec.v) / maxV);
    const stride = unitsAcross * spec.h;
    return {
      ...spec,
      width: componentWidth,
      height: componentHeight,
      blocksAcross: Math.ceil(componentWidth / 8),
      blocksDown: Math.ceil(componentHeight / 8),
      stride,
      coefficients: new Int16Array(stride * unitsDown * spec.v * 64),
    };
  });
  return { width, height, isProgressive, components, maxH, maxV, unitsAcross, unitsDown };
}
