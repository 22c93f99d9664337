// SPDX-License-Identifier: Apache-2.0
/** The results of webgpuPeers.mjs as a table, for terminals and for Markdown. */
import os from 'node:os';
import { installedVersion } from './peers/installed.mjs';
import { summary, timesAsFast } from './statistics.mjs';

const OURS = 'tfjs-clip';

/** @param results [{ tower, width, layers, batch, gigaflop, first, times }], the latter two by engine, in ms */
export function summarize({ adapter, peak }, results, { chromium, rounds }) {
  const versions = {
    chromium,
    '@tensorflow/tfjs': installedVersion('@tensorflow/tfjs'),
    'onnxruntime-web': installedVersion('onnxruntime-web'),
  };
  const machine = { adapter, cores: os.cpus().length, matmulPeak: peak };
  return { machine, versions, rounds, cases: results.map(summarizeCase) };
}

function summarizeCase({ times, first, gigaflop, ...shape }) {
  const engines = Object.entries(times).map(([engine, samples]) => {
    const milliseconds = summary(samples);
    return {
      engine,
      first: first[engine],
      milliseconds,
      gigaflops: (1000 * gigaflop) / milliseconds.median,
      /** Ours, as this one. */
      timesAsFast: timesAsFast(times[OURS], samples),
    };
  });
  return { ...shape, engines };
}

export function terminalTable(report) {
  const rows = rowsOf(report);
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const lines = rows.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
  return [setting(report), '', ...lines].join('\n');
}

export function markdown(report) {
  const [head, ...rows] = rowsOf(report).map((row) => `| ${row.join(' | ')} |`);
  return [setting(report), '', head, '|---|---|---:|---:|---:|---:|---:|', ...rows].join('\n');
}

function setting({ machine: { adapter, cores, matmulPeak }, versions, rounds }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return (
    `Adapter: ${adapter}, ${cores} cores; ${named.join(', ')}. Medians of ${rounds} rounds, the lowest and the highest in ` +
    `brackets. The fastest product of two square float32 matrices in the same run: ${speed(matmulPeak)}.`
  );
}

function rowsOf({ cases, machine: { matmulPeak } }) {
  const head = [
    'tower',
    'engine',
    'first call',
    'a call (ms)',
    'speed',
    'of that product',
    'ours is … times as fast',
  ];
  const rows = cases.flatMap(({ tower, width, layers, batch, engines }) =>
    engines.map(({ engine, milliseconds, gigaflops, first, timesAsFast }, i) => [
      i === 0
        ? `${tower}, ${width} wide, ${layers} ${layers === 1 ? 'layer' : 'layers'}, batch ${batch}`
        : '',
      engine,
      `${(first / 1000).toFixed(1)} s`,
      spread(milliseconds, milliseconds.median < 100 ? 1 : 0),
      speed(gigaflops),
      `${((100 * gigaflops) / matmulPeak).toFixed(0)}%`,
      engine === OURS ? '' : spread(timesAsFast, 2),
    ]),
  );
  return [head, ...rows];
}

function spread({ median, lowest, highest }, digits) {
  const [middle, low, high] = [median, lowest, highest].map((value) => value.toFixed(digits));
  return `${middle} (${low}–${high})`;
}

function speed(gigaflops) {
  return gigaflops >= 1000 ? `${(gigaflops / 1000).toFixed(2)} TFLOP/s` : `${gigaflops.toFixed(2)} GFLOP/s`;
}
