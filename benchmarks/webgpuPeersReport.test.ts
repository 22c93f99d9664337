// SPDX-License-Identifier: Apache-2.0
// @ts-expect-error plain JavaScript, without declarations
import { markdown, summarize } from './webgpuPeersReport.mjs';

const device = { adapter: 'some gpu', peak: 2000 };
const measured = {
  ...{ tower: 'vision', width: 768, layers: 12, batch: 8, gigaflop: 70 },
  first: { 'tfjs-clip': 900, 'onnxruntime-web': 1500 },
  times: { 'tfjs-clip': [50, 200, 70], 'onnxruntime-web': [100, 100, 105] },
};

it('ratios are of the same round: what slows both in a round cancels', () => {
  const { cases } = summarize(device, [measured], { chromium: '1', rounds: 3 });
  const [ours, rival] = cases[0].engines;
  expect(ours).toMatchObject({ first: 900, gigaflops: 1000, timesAsFast: { median: 1 } });
  expect(rival.milliseconds).toEqual({ median: 100, lowest: 100, highest: 105 });
  expect(rival.timesAsFast).toEqual({ median: 1.5, lowest: 0.5, highest: 2 });
});

it('a table says what it was made with, and TFLOP/s of what reaches one', () => {
  const report = summarize(device, [measured], { chromium: '1', rounds: 3 });
  const [setting, , head, rule, ...rows] = markdown(report).split('\n');
  expect(setting).toMatch(
    /^Adapter: some gpu, \d+ cores; chromium 1, @tensorflow\/tfjs 4\.22\.0, onnxruntime-web 1\./,
  );
  expect(setting).toMatch(/in the same run: 2\.00 TFLOP\/s\.$/);
  expect(rule.split('|')).toHaveLength(head.split('|').length);
  expect(rows).toEqual([
    '| vision, 768 wide, 12 layers, batch 8 | tfjs-clip | 0.9 s | 70.0 (50.0–200.0) | 1.00 TFLOP/s | 50% |  |',
    '|  | onnxruntime-web | 1.5 s | 100 (100–105) | 700.00 GFLOP/s | 35% | 1.50 (0.50–2.00) |',
  ]);
});
