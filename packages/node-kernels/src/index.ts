// SPDX-License-Identifier: Apache-2.0
/**
 * Importing this package registers its kernels with the backend of tfjs-node and tfjs-node-gpu. Import it after them: then
 * `tf.matMul` is faster as well.
 */
import './register.js';
