// SPDX-License-Identifier: Apache-2.0
/** Bundles a page's script from source as a bundler for browsers would. */

export default {
  platform: 'browser',
  output: { codeSplitting: false },
  resolve: {
    conditionNames: ['tfjs-clip-source', 'browser', 'import', 'default'],
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
};
