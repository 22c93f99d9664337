// SPDX-License-Identifier: Apache-2.0
/** Keys between disk (`hidden_size`) and code (`hiddenSize`). */

export function toSnakeCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

export function toCamelCase(key: string): string {
  return key.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
