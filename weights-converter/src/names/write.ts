// SPDX-License-Identifier: Apache-2.0
/** Tensors of Hugging Face's names and our layout in a dialect's names and layout, by the table that reads them. */
import { castFloat32, type WritableTensor } from '@tfjs-clip/safetensors';
import { elementCount } from '../bytes.js';
import { UnwritableTensorError } from '../errors.js';
import { fromOurLayout, fromOurShape } from '../layout.js';
import type { NamedTensor } from './huggingFace.js';
import { openClip } from './openClip.js';
import { lookUpBack, type NamingScheme, type Row } from './scheme.js';

export interface OpenClipOptions {
  /** What the numbers are stored as. Default 'F32'. */
  dtype?: 'F32' | 'F16' | 'BF16';
  /** Puts the text tower into `text.`, as OpenCLIP's CustomTextCLIP has it. Default false: at the root. */
  customText?: boolean;
}

/**
 * The tensors as writeSafetensors takes them, in OpenCLIP's names and layout: write them as open_clip_model.safetensors, and
 * toOpenClipConfig beside it. Each is laid out and cast when it is written.
 *
 * @throws UnwritableTensorError for a name that OpenCLIP has no place for, and where one of q, k and v is missing
 */
export function toOpenClipTensors(
  named: Iterable<NamedTensor>,
  { dtype = 'F32', customText = false }: OpenClipOptions = {},
): WritableTensor[] {
  const scheme = customText
    ? { ...openClip, rows: openClip.rows.filter(({ theirs }) => isOfCustomText(theirs)) }
    : openClip;
  return toSchemeTensors(scheme, named, dtype);
}

export function toSchemeTensors(
  scheme: NamingScheme,
  named: Iterable<NamedTensor>,
  dtype: 'F32' | 'F16' | 'BF16',
): WritableTensor[] {
  const find = lookUpBack(scheme.rows);
  const groups = new Map<string, { row: Row; parts: NamedTensor[] }>();
  for (const tensor of named) {
    const place = find(tensor.name);
    if (!place) {
      throw new UnwritableTensorError(`'${tensor.name}' has no name in the scheme '${scheme.name}'.`);
    }
    const { row, theirs, index } = place;
    const group = groups.get(theirs) ?? { row, parts: [] };
    group.parts[index] = tensor;
    groups.set(theirs, group);
  }
  return [...groups].map(([theirs, { row, parts }]) => {
    const wanted = [row.ours].flat().length;
    if (Object.keys(parts).length < wanted) {
      const given = Object.values(parts)
        .map(({ name }) => name)
        .join(', ');
      throw new UnwritableTensorError(
        `'${theirs}' is made of ${wanted} tensors, of which only ${given} are given.`,
      );
    }
    return writable(theirs, row, parts, dtype);
  });
}

function writable(
  name: string,
  row: Row,
  parts: readonly NamedTensor[],
  dtype: 'F32' | 'F16' | 'BF16',
): WritableTensor {
  const asOurs = row.layout === 'ours';
  const shapes = parts.map((part) => (asOurs ? [...part.shape] : fromOurShape(part.name, part.shape)));
  const [first, ...rest] = shapes[0];
  const shape = parts.length === 1 ? shapes[0] : [first * parts.length, ...rest];
  return {
    name,
    dtype,
    shape,
    async data() {
      if (parts.length === 1) return castFloat32(await valuesOf(parts[0], asOurs), dtype);
      const whole = new Float32Array(elementCount(shape)!);
      for (const [i, part] of parts.entries()) {
        whole.set(await valuesOf(part, asOurs), (i * whole.length) / parts.length);
      }
      return castFloat32(whole, dtype);
    },
  };
}

async function valuesOf({ name, shape, data }: NamedTensor, asOurs: boolean): Promise<Float32Array> {
  const values = typeof data === 'function' ? await data() : data;
  return asOurs ? values : fromOurLayout(name, shape, values).data;
}

function isOfCustomText(name: string): boolean {
  return /^(?:text|visual)\.|^logit_scale$/.test(name);
}
