// SPDX-License-Identifier: Apache-2.0
/** Gives Node a `navigator.gpu`: to be imported before tfjs's webgpu backend. */
import { create, globals } from 'webgpu';

Object.assign(globalThis, globals);
Object.defineProperty(globalThis, 'navigator', { value: { gpu: create([]) }, configurable: true });
