// SPDX-License-Identifier: Apache-2.0
/** What a program can see of the process it runs in. */

/** How many backends and kernels tfjs knows. */
exports.registrations = (tf) =>
  ['cpu', 'wasm', 'webgl', 'tensorflow']
    .map((backend) => tf.getKernelsForBackend(backend).length)
    .reduce((sum, kernels) => sum + kernels, Object.keys(tf.engine().registryFactory).length);

/** The files of tfjs-core that are loaded, by `import` or by `require`: in Node it is a CommonJS module either way. */
exports.copiesOfTfjs = () =>
  Object.keys(require.cache).filter((file) => /tfjs-core[\\/]dist[\\/]tf-core/.test(file));
