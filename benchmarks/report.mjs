// SPDX-License-Identifier: Apache-2.0
/** The machine that results were made on. */
import os from 'node:os';

export function machine() {
  const [cpu] = os.cpus();
  return { cpu: cpu.model.trim(), cores: os.cpus().length, node: process.version, platform: os.platform() };
}
