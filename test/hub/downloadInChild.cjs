// SPDX-License-Identifier: Apache-2.0
/**
 * A process that downloads one model, for a test to kill: node downloadInChild.cjs <id> <options as JSON>. Reads the
 * TypeScript source, so it runs with --conditions=tfjs-clip-source.
 */
const { readFileSync } = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { transformSync } = require('@swc/core');

require.extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    module: { type: 'commonjs' },
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
  });
  module._compile(code, filename);
};
const resolve = Module._resolveFilename;
Module._resolveFilename = (request, parent, ...rest) => {
  const source = /^\.{1,2}\/.*\.js$/.test(request) && parent?.filename?.endsWith('.ts');
  return resolve(source ? request.replace(/\.js$/, '.ts') : request, parent, ...rest);
};

const { downloadModel, env } = require(
  path.join(__dirname, '../../packages/clip/src/pretrained/hub/index.ts'),
);
env.retryDelay = 5;
const [id, options] = process.argv.slice(2);
const progressCallback = ({ status, file, loaded }) => process.stdout.write(`${status} ${file} ${loaded}\n`);
downloadModel(id, { ...JSON.parse(options ?? '{}'), progressCallback }).then(
  (folder) => process.stdout.write(`folder ${folder}\n`),
  (error) => {
    process.stderr.write(`${error.name}: ${error.message}\n`);
    process.exitCode = 1;
  },
);
