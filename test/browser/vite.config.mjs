// SPDX-License-Identifier: Apache-2.0
/** Builds the pages as a user would, with nothing configured but what the test itself needs. */
import path from 'node:path';
import { defineConfig } from 'vite';

const page = path.join(import.meta.dirname, 'page');

export default defineConfig({
  root: page,
  publicDir: path.join(import.meta.dirname, '../fixtures/browser'),
  build: {
    rolldownOptions: {
      input: [
        path.join(page, 'index.html'),
        path.join(page, 'inputs.html'),
        path.join(page, 'layersModel.html'),
      ],
    },
    emptyOutDir: true,
  },
  plugins: [recordModules()],
});

/** Writes modules.json: every module that was looked at, its importers, and how much of it stands in the bundle. */
function recordModules() {
  return {
    name: 'record-modules',
    apply: 'build',
    generateBundle(_options, bundle) {
      const rendered = Object.assign({}, ...Object.values(bundle).map(({ modules }) => modules));
      const modules = [...this.getModuleIds()].map((id) => {
        const { importers, dynamicImporters } = this.getModuleInfo(id);
        const characters = rendered[id]?.renderedLength ?? 0;
        return { id, importers: [...importers, ...dynamicImporters], characters };
      });
      this.emitFile({ type: 'asset', fileName: 'modules.json', source: JSON.stringify(modules) });
    },
  };
}
