// SPDX-License-Identifier: Apache-2.0
/** The program of backend.mjs, which requires; it prints the name only. */
const { useBackend } = require('tfjs-clip');

useBackend(JSON.parse(process.argv[2] ?? '{}')).then(console.log);
