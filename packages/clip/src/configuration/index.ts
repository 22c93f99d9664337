// SPDX-License-Identifier: Apache-2.0
export { CLIPConfig, type CLIPConfigFields, PROBLEM_TYPES, type ProblemType } from './clipConfig.js';
export { CLIPTextConfig, type CLIPTextConfigFields } from './clipTextConfig.js';
export { CLIPVisionConfig, type CLIPVisionConfigFields } from './clipVisionConfig.js';
export { ACTIVATIONS, type Activation, type TowerFields } from './towerConfig.js';
