// SPDX-License-Identifier: Apache-2.0
import { fullModel, tensorsOf } from '../../testing/clipCheckpoint.js';
import { fixtureFiles } from '../../testing/fixtures.js';
import { typedTensor, valuesOf } from '../../testing/rawTensors.js';
import type { RawCheckpoint } from '../checkpoint.js';
import { openCheckpoint } from '../openCheckpoint.js';
import type { NamedTensor } from './huggingFace.js';
import { SCHEMES, translate } from './schemes.js';
import { toOpenClipTensors, toSchemeTensors } from './write.js';

async function referenceTensors(): Promise<NamedTensor[]> {
  const { tensors } = await openCheckpoint(fixtureFiles('hugging-face'));
  return [...tensors.values()].map(({ name, shape, read }) => ({ name, shape, data: read }));
}

function rawOf(tensors: RawCheckpoint['tensors']): RawCheckpoint {
  return { metadata: {}, tensors, close: async () => {} };
}

/** By which each scheme is known. */
const MARKERS: Record<string, string[]> = {
  openai: ['input_resolution', 'visual.marker'],
  openclip: ['visual.marker'],
  flax: ['marker/scale'],
  keras: ['marker/gamma'],
};

describe.each(SCHEMES)('$name', (scheme) => {
  it('every name has a way back', async () => {
    const named = await referenceTensors();
    const written = toSchemeTensors(scheme, named, 'F32');
    const marked =
      scheme.name === 'openai'
        ? [
            ...written,
            { name: 'input_resolution', dtype: 'F32', shape: [], data: Float32Array.of(8) } as const,
          ]
        : written;
    const raws = await Promise.all(marked.map(typedTensor));
    const back = translate('again', rawOf(raws));
    expect(back.scheme).toBe(scheme.name);
    expect([...back.tensors.keys()].sort()).toEqual(named.map(({ name }) => name).sort());
    for (const { name, shape, data } of named) {
      const tensor = back.tensors.get(name)!;
      expect([name, tensor.shape]).toEqual([name, shape]);
      expect([name, await tensor.read()]).toEqual([name, await (data as () => Promise<Float32Array>)()]);
    }
  });

  it('every row of the table is read, the second spelling of a name too', () => {
    for (const row of scheme.rows) {
      const [name] = [row.ours].flat();
      const isMatrix = /weight$|_weight$|proj|embedding/.test(name);
      const shape = row.theirs.endsWith('conv1.weight') ? [2, 3, 2, 2] : isMatrix ? [3, 3] : [3];
      const raw = {
        name: row.theirs.replace('{i}', '7'),
        dtype: 'F32' as const,
        shape,
        byteLength: 0,
        read: async () => {},
      };
      const markers = MARKERS[scheme.name].map((name) => ({ ...raw, name }));
      const { tensors } = translate('one', rawOf([raw, ...markers]));
      for (const ours of [row.ours].flat()) expect(tensors.has(ours.replace('{i}', '7'))).toBe(true);
    }
  });
});

describe('OpenCLIP', () => {
  it.each([
    ['open-clip', undefined, false],
    ['open-clip-training', 'epoch_3.pt', true],
  ])('%s → ours → OpenCLIP: the same names, shapes and bytes', async (folder, file, customText) => {
    const { tensors } = await openCheckpoint(fixtureFiles(folder), { file });
    const named = [...tensors.values()].map(({ name, shape, read }) => ({ name, shape, data: read }));
    const original = await originalTensors(folder, file);
    const written = toOpenClipTensors(named, { customText });
    expect(written.map(({ name }) => name).sort()).toEqual([...original.keys()].sort());
    for (const { name, shape, dtype, data } of written) {
      expect([name, dtype, shape]).toEqual([name, 'F32', original.get(name)!.shape]);
      const bytes = await (data as () => Promise<Float32Array>)();
      expect([name, bytes]).toEqual([name, await valuesOf(original.get(name)!)]);
    }
  });

  it('q, k and v are written together or not at all', async () => {
    const named = (await referenceTensors()).filter(
      ({ name }) => name !== 'text_model.encoder.layers.1.self_attn.k_proj.bias',
    );
    expect(() => toOpenClipTensors(named)).toThrow(
      "'transformer.resblocks.1.attn.in_proj_bias' is made of 3 tensors, of which only " +
        'text_model.encoder.layers.1.self_attn.q_proj.bias, text_model.encoder.layers.1.self_attn.v_proj.bias are given.',
    );
  });

  it('a tensor that it has no name for is refused', () => {
    const named = [{ name: 'classifier.bias', shape: [2], data: new Float32Array(2) }];
    expect(() => toOpenClipTensors(named)).toThrow("'classifier.bias' has no name in the scheme 'openclip'.");
  });

  it.each([
    ['visual.layer1.0.conv1.weight', 'a ResNet'],
    ['visual.trunk.patch_embed.proj.weight', 'a model of timm'],
    ['text.transformer.embeddings.word_embeddings.weight', 'a text model of transformers'],
  ])('%s: refused as %s', async (name, what) => {
    const raws = await Promise.all(
      [name, 'visual.proj'].map((n) =>
        typedTensor({ name: n, dtype: 'F32', shape: [1, 1], data: new Float32Array(1) }),
      ),
    );
    expect(() => translate('some-clip', rawOf(raws))).toThrow(
      `some-clip has ${what} for a tower; this library runs CLIPs of two transformers (ViT-…).`,
    );
  });

  it('a fused tensor that is no triple keeps its shape, for matching to report', async () => {
    const name = 'transformer.resblocks.0.attn.in_proj_bias';
    const raw = await typedTensor({ name, dtype: 'F32', shape: [4], data: new Float32Array(4) });
    const { tensors } = translate('odd', rawOf([raw]));
    expect(tensors.get('text_model.encoder.layers.0.self_attn.q_proj.bias')!.shape).toEqual([4]);
  });
});

it('two spellings of one tensor in one file are refused', async () => {
  const both = ['text_projection', 'text.text_projection', 'visual.proj'];
  const raws = await Promise.all(
    both.map((name) => typedTensor({ name, dtype: 'F32', shape: [1, 1], data: new Float32Array(1) })),
  );
  expect(() => translate('two', rawOf(raws))).toThrow(
    "two cannot be read: it holds 'text_projection.weight' more than once. It is damaged or incomplete; fetch it again.",
  );
});

it('names that are nobody else’s are taken for Hugging Face’s', async () => {
  const raws = await Promise.all(tensorsOf(fullModel()).map(typedTensor));
  expect(translate('plain', rawOf(raws)).scheme).toBe('hugging-face');
});

async function originalTensors(folder: string, file = 'open_clip_pytorch_model.bin') {
  const { pytorchFormat } = await import('../formats/pytorch.js');
  const source = (await fixtureFiles(folder).open(file))!;
  const { tensors } = await pytorchFormat.open(source);
  return new Map(tensors.map((tensor) => [tensor.name, tensor]));
}
