// SPDX-License-Identifier: Apache-2.0
/** The command as a function, for programs that want to run it in their own process. */
export { main } from './main.js';
