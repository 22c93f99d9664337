// SPDX-License-Identifier: Apache-2.0
/**
 * The page from source, isolated from other origins, so that wasm has threads. Programs are shown by the names of their
 * classes, which minification would take.
 */
import { defaultClientConditions, defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  resolve: { conditions: ['tfjs-clip-source', ...defaultClientConditions] },
  server: {
    fs: { allow: ['../..'] },
    headers: { 'Cross-Origin-Opener-Policy': 'same-origin', 'Cross-Origin-Embedder-Policy': 'require-corp' },
  },
  build: { minify: false, emptyOutDir: true, target: 'es2022' },
});
