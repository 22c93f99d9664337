// SPDX-License-Identifier: Apache-2.0
/** @swc/jest, for jest's CommonJS, of ES modules that assign to `import.meta.url` too: the @jsquash codecs do, for a web worker. */
const { createTransformer } = require('@swc/jest');

module.exports = {
  createTransformer(options) {
    const swc = createTransformer(options);
    const process = (source, file, jest) =>
      swc.process(source.replace(/import\.meta\.url\s*=/g, 'globalThis.__url ='), file, jest);
    return { canInstrument: swc.canInstrument, process };
  },
};
