// SPDX-License-Identifier: Apache-2.0
import { stat } from 'node:fs/promises';

/** false too for what cannot be looked at; opening it will say why. */
export async function isFolder(name: string): Promise<boolean> {
  const entry = await stat(name).catch(() => null);
  return entry?.isDirectory() ?? false;
}
