// SPDX-License-Identifier: Apache-2.0
/** What kind of built-in an object is, by its tag: true of objects from frames and workers too, and asks no DOM of Node. */
export function tagOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}
