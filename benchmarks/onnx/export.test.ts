// SPDX-License-Identifier: Apache-2.0
/** The ONNX files compute what transformers does: without that no comparison with onnxruntime would mean anything. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Fixture, modelFolder } from '../../test/harness/fixture.js';

/** Runs FILE of FOLDER with inputs { name: [type, values, shape] }, in a process of its own: onnxruntime-web is an ES module. */
const RUN = `
  import { readFile } from 'node:fs/promises';
  import { env, InferenceSession, Tensor } from 'onnxruntime-web';
  const [file, inputs] = process.argv.slice(1);
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(await readFile(file));
  const toTensor = ([type, values, shape]) =>
    new Tensor(type, type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values), shape);
  const feeds = Object.entries(JSON.parse(inputs)).map(([name, input]) => [name, toTensor(input)]);
  const outputs = await session.run(Object.fromEntries(feeds));
  console.log(JSON.stringify(Object.fromEntries(Object.entries(outputs).map(([name, { data }]) => [name, [...data]]))));
`;

let out: string;

beforeAll(async () => {
  out = await mkdtemp(path.join(tmpdir(), 'onnx-'));
});

afterAll(() => rm(out, { recursive: true }));

describe.each(['clip-quick-gelu', 'clip-gelu'])('%s', (model) => {
  const fileOf = (part: string) => path.join(out, model, `${part}.onnx`);
  let expected: Fixture;

  beforeAll(async () => {
    expected = await Fixture.read(model);
    await node([path.join(__dirname, 'export.mjs'), modelFolder(model), path.join(out, model)]);
  });

  const input = (type: string, name: string) => {
    const { values, shape } = expected.get(name);
    return [type, [...values], shape];
  };

  it('vision.onnx gives the features of pictures', async () => {
    const outputs = await run(fileOf('vision'), { pixel_values: input('float32', 'base.pixel_values') });
    expectClose(outputs.image_embeds, expected.get('base.image_features').values);
  });

  it('text.onnx gives the features of texts', async () => {
    const outputs = await run(fileOf('text'), { input_ids: input('int64', 'base.input_ids') });
    expectClose(outputs.text_embeds, expected.get('base.text_features').values);
  });

  it('model.onnx gives logits and embeddings, whatever lies behind the mask', async () => {
    const [, ids, [texts, length]] = input('int64', 'base.input_ids') as [string, number[], number[]];
    const padded = (values: number[], filler: number) =>
      Array.from({ length: texts }, (_, i) => [...values.slice(i * length, (i + 1) * length), filler]).flat();
    const shape = [texts, length + 1];
    const outputs = await run(fileOf('model'), {
      input_ids: ['int64', padded(ids, 0), shape],
      attention_mask: ['int64', padded(Array(texts * length).fill(1), 0), shape],
      pixel_values: input('float32', 'base.pixel_values'),
    });
    for (const name of ['logits_per_image', 'logits_per_text', 'text_embeds', 'image_embeds']) {
      expectClose(outputs[name], expected.get(`base.${name}`).values);
    }
  });
});

async function run(file: string, inputs: object): Promise<Record<string, number[]>> {
  return JSON.parse(await node(['--input-type=module', '--eval', RUN, file, JSON.stringify(inputs)]));
}

async function node(args: string[]): Promise<string> {
  return (await promisify(execFile)(process.execPath, args, { cwd: __dirname })).stdout;
}

/** onnxruntime sums in another order: 5e-6 of the largest magnitude. */
function expectClose(actual: number[], expected: ArrayLike<number>) {
  const values = Array.from(expected);
  const magnitude = Math.max(...values.map(Math.abs));
  expect(actual).toHaveLength(values.length);
  expect(Math.max(...values.map((value, i) => Math.abs(value - actual[i])))).toBeLessThan(5e-6 * magnitude);
}
