// SPDX-License-Identifier: Apache-2.0
/** Prints the names that each entry given exports to `import`, and to `require`. */
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const names = {};
for (const entry of process.argv.slice(2)) {
  names[entry] = { import: namesOf(await import(entry)), require: namesOf(require(entry)) };
}
console.log(JSON.stringify(names));

function namesOf(module) {
  const ofInterop = ['default', 'module.exports', '__esModule'];
  return Object.keys(module)
    .filter((name) => !ofInterop.includes(name))
    .sort();
}
