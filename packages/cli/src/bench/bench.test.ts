// SPDX-License-Identifier: Apache-2.0
import * as tf from '@tensorflow/tfjs';
import { CLIPConfig, TFCLIPModel } from 'tfjs-clip';
import { leavesNoTensors } from '../../../../test/harness/leaks.js';
import { tinyConfig } from '../../../../test/harness/tinyConfig.js';
import { adapterName } from './adapterName.js';
import { architectures } from './architectures.js';
import { textFlops, visionFlops } from './flops.js';
import { measureTower } from './measureTower.js';
import { operationsOf, profileKernels } from './operations.js';
import { timeCalls } from './timing.js';
import { towerCall } from './towerCall.js';

let model: TFCLIPModel;

beforeAll(async () => {
  await tf.setBackend('cpu');
  model = new TFCLIPModel(tinyConfig());
});
afterAll(() => model.dispose());

describe.each(['vision', 'text'] as const)('a call of the %s tower', (tower) => {
  it('has the operations of all its matrix products', async () => {
    const call = towerCall(model, tower, 3);
    const { kernels } = await tf.profile(() => call.forward());
    const products = kernels.filter(({ name }) => /MatMul/.test(name));
    const operations = products.map(({ inputShapes, outputShapes }) => {
      const inner = inputShapes[0]!.at(-1)!;
      return 2 * inner * tf.util.sizeFromShape(outputShapes[0] as number[]);
    });
    expect(call.flops).toBe(operations.reduce((sum, count) => sum + count));
    call.dispose();
  });

  it('gives embeddings of the whole batch, and leaves no tensor', async () => {
    await leavesNoTensors(async () => {
      const call = towerCall(model, tower, 3);
      const output = call.forward();
      expect(output.shape).toEqual([3, 6]);
      expect(new Set((await output.array()).map(String)).size).toBe(3);
      call.dispose();
      return output;
    });
  });

  it('is measured, and leaves no tensor', async () => {
    const seen: number[] = [];
    const options = { tower, batch: 2, seconds: 0, profile: profileKernels };
    await leavesNoTensors(async () => {
      const measured = await measureTower(model, { ...options, onCall: (elapsed) => seen.push(elapsed) });
      const { median, lower, upper, first } = measured.milliseconds;
      expect(measured).toMatchObject({ tower, batch: 2, perSecond: 2000 / median });
      expect(measured.gigaflopsPerSecond * median * 1e6).toBeCloseTo(towerFlops(2), 3);
      expect(first).toBeGreaterThan(0);
      expect(lower).toBeLessThanOrEqual(median);
      expect(median).toBeLessThanOrEqual(upper);
      expect(measured.operations?.find(({ name }) => name === 'Softmax')?.calls).toBe(2); // one a block
    });
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen).toHaveLength(3);
    function towerFlops(batch: number): number {
      return batch * (tower === 'vision' ? visionFlops(tinyConfig()) : textFlops(tinyConfig(), 7));
    }
  });
});

it('ViT-B/32 takes 8.8 GFLOP a picture and 5.9 a text', () => {
  const config = new CLIPConfig(architectures['vit-b-32']);
  expect(visionFlops(config) / 1e9).toBeCloseTo(8.82, 1);
  expect(textFlops(config, 77) / 1e9).toBeCloseTo(5.96, 1);
});

it('calls go on for the seconds that were asked for', async () => {
  let elapsed = 0;
  await timeCalls(
    () => tf.scalar(1),
    0.05,
    (seconds) => {
      elapsed = seconds;
    },
  );
  expect(elapsed).toBeGreaterThanOrEqual(0.05);
});

it('the known architectures are configurations', () => {
  const sizes = Object.values(architectures).map((fields) => {
    const { textConfig, visionConfig, projectionDim } = new CLIPConfig(fields);
    return [visionConfig.gridSize, visionConfig.hiddenSize, textConfig.hiddenSize, projectionDim];
  });
  expect(sizes).toEqual([
    [7, 768, 512, 512],
    [14, 768, 512, 512],
    [16, 1024, 768, 768],
    [24, 1024, 768, 768],
  ]);
});

describe('operations', () => {
  it('are added up, the dearest first; a bundler’s numbers do not part them', () => {
    const dispatches = [
      { program: 'LayerNormProgram', bytesWritten: 8, milliseconds: 0.25 },
      { program: 'LinearProgram', bytesWritten: 16, milliseconds: 0.5 },
      { program: 'LayerNormProgram$1', bytesWritten: 8, milliseconds: 0.125 },
    ];
    expect(operationsOf(dispatches)).toEqual([
      { name: 'Linear', calls: 1, bytes: 16, microseconds: 500 },
      { name: 'LayerNorm', calls: 2, bytes: 16, microseconds: 375 },
    ]);
  });

  it('without times are sorted by what they write', () => {
    const dispatches = ['A', 'B', 'B'].map((program) => ({ program, bytesWritten: 8, milliseconds: 0 }));
    expect(operationsOf(dispatches)).toEqual([
      { name: 'B', calls: 2, bytes: 16, microseconds: null },
      { name: 'A', calls: 1, bytes: 8, microseconds: null },
    ]);
  });

  it('of tfjs are its kernels', async () => {
    const x = tf.ones([4]);
    await leavesNoTensors(async () => {
      const operations = await profileKernels(() => tf.tidy(() => tf.add(tf.add(x, x), tf.exp(x))));
      const counts = operations.map(({ name, calls, bytes }) => [name, calls, bytes]);
      expect(counts.sort()).toEqual([
        ['Add', 2, 32],
        ['Exp', 1, 16],
      ]);
    });
    x.dispose();
  });
});

it('only WebGPU has an adapter', () => {
  expect(adapterName()).toBe('');
});
