// SPDX-License-Identifier: Apache-2.0
/** The results of webgpuPeers.mjs as tables. */
import { createRequire } from 'node:module';
import os from 'node:os';

const OURS = 'tfjs-clip';
const { resolve } = createRequire(import.meta.url);

/** @param results [{ tower, width, layers, batch, gigaflop, first, times }], the latter two by engine, in ms */
export function summarize({ adapter, peak }, results, { chromium, rounds }) {
  const versions = {
    chromium,
    '@tensorflow/tfjs': versionOf('@tensorflow/tfjs'),
    'onnxruntime-web': versionOf('onnxruntime-web'),
  };
  const machine = { adapter, cores: os.cpus().length, matmulPeak: peak };
  return { machine, versions, rounds, cases: results.map(summarizeCase) };
}

function summarizeCase({ times, first, gigaflop, ...shape }) {
  const engines = Object.entries(times).map(([engine, samples]) => {
    const ratios = samples.map((sample, round) => sample / times[OURS][round]);
    return {
      engine,
      milliseconds: median(samples),
      gigaflops: (gigaflop / median(samples)) * 1000,
      first: first[engine],
      /** How many times as long as ours it takes, in the same round. */
      ratio: { median: median(ratios), least: Math.min(...ratios), most: Math.max(...ratios) },
    };
  });
  return { ...shape, engines };
}

export function terminalTable(report) {
  const lines = rowsOf(report);
  const widths = lines[0].map((_, i) => Math.max(...lines.map((row) => row[i].length)));
  const table = lines.map((row) => row.map((cell, i) => cell.padEnd(widths[i])).join('  '));
  return [setting(report), '', ...table].join('\n');
}

export function markdown(report) {
  const [head, ...rows] = rowsOf(report).map((row) => `| ${row.join(' | ')} |`);
  return [setting(report), '', head, '|---|---|---:|---:|---:|---:|---:|', ...rows].join('\n');
}

function setting({ machine, versions, rounds }) {
  const named = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const { adapter, cores, matmulPeak } = machine;
  return (
    `Adapter: ${adapter}, ${cores} cores; ${named.join(', ')}; medians of ${rounds} rounds. ` +
    `The fastest square float32 matrix product in the same run: ${speed(matmulPeak)}.`
  );
}

function rowsOf({ cases, machine: { matmulPeak } }) {
  const head = ['tower', 'engine', 'first call', 'ms', 'speed', 'of the product', 'time / ours (range)'];
  const rows = cases.flatMap(({ tower, width, layers, batch, engines }) =>
    engines.map(({ engine, milliseconds, gigaflops, first, ratio }, i) => [
      i === 0
        ? `${tower}, ${width} wide, ${layers} ${layers === 1 ? 'layer' : 'layers'}, batch ${batch}`
        : '',
      engine,
      `${first.toFixed(0)} ms`,
      milliseconds.toFixed(milliseconds < 100 ? 1 : 0),
      speed(gigaflops),
      `${((gigaflops / matmulPeak) * 100).toFixed(0)}%`,
      engine === OURS
        ? '1'
        : `${ratio.median.toFixed(2)} (${ratio.least.toFixed(2)}–${ratio.most.toFixed(2)})`,
    ]),
  );
  return [head, ...rows];
}

function speed(gigaflops) {
  return gigaflops >= 1000 ? `${(gigaflops / 1000).toFixed(2)} TFLOP/s` : `${gigaflops.toFixed(2)} GFLOP/s`;
}

function median(samples) {
  return [...samples].sort((a, b) => a - b)[samples.length >> 1];
}

/** Of the package itself, whose package.json may not be among its exports. */
function versionOf(name) {
  const folder = resolve(name).split(`/${name}/`)[0];
  return createRequire(import.meta.url)(`${folder}/${name}/package.json`).version;
}
