// SPDX-License-Identifier: Apache-2.0
/** Bundles page.ts from source as a bundler for browsers would. */
import path from 'node:path';

export default {
  input: path.join(import.meta.dirname, 'page.ts'),
  platform: 'browser',
  output: { codeSplitting: false },
  resolve: {
    conditionNames: ['tfjs-clip-source', 'browser', 'import', 'default'],
    extensionAlias: { '.js': ['.ts', '.js'] },
  },
};
