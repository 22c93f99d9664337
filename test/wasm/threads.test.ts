// SPDX-License-Identifier: Apache-2.0
/** The kernels' tests once more, and whole models, on three threads that take every product apart. */
import './withThreads.js';
import './attention.test.js';
import './kernels.test.js';
import './linear.test.js';
import './models.test.js';
