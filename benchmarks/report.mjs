// SPDX-License-Identifier: Apache-2.0
/** Results as a table for people, with the machine that made them. */
import os from 'node:os';

export function machine() {
  const [cpu] = os.cpus();
  return { cpu: cpu.model.trim(), cores: os.cpus().length, node: process.version, platform: os.platform() };
}

/** @param results [{ backend, version, peak, rows: [{ what, batch, median, fastest, gigaflop }] }] */
export function markdownTable(results) {
  const { cpu, cores, node } = machine();
  const lines = [
    `ViT-B/32 shapes, float32; ${cpu}, ${cores} cores, Node ${node}.`,
    '',
    '| backend | what | batch | ms (median) | ms (fastest) | GFLOP/s | of the matmul peak |',
    '|---|---|---:|---:|---:|---:|---:|',
  ];
  for (const { backend, peak, rows } of results) {
    for (const { what, batch, median, fastest, gigaflop } of rows) {
      const speed = (gigaflop / fastest) * 1000;
      const cells = [backend, what, batch, median.toFixed(0), fastest.toFixed(0), speed.toFixed(1)];
      lines.push(`| ${cells.join(' | ')} | ${((speed / peak) * 100).toFixed(0)}% |`);
    }
    lines.push(`| ${backend} | matmul peak | | | | ${peak.toFixed(1)} | 100% |`);
  }
  return lines.join('\n');
}
