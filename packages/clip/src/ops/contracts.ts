// SPDX-License-Identifier: Apache-2.0
/**
 * What a CLIP layer computes with, as kernels that a backend may register:
 *
 *     tf.registerKernel({ kernelName: CLIPKernel.Linear, backendName: 'webgpu', kernelFunc })
 *
 * Kernel packages import this file and nothing else of tfjs-clip. Where the running backend has no such kernel, the
 * op of the same name computes the same thing from tfjs ops. While gradients are recorded a kernel is used only if a
 * gradient is registered under its name (`tf.registerGradient`), and all that the gradient saves is given.
 */
import type { Tensor } from '@tensorflow/tfjs';
import type { Activation } from '../configuration/towerConfig.js';

export { BackendError, DeviceLostError } from '../errors.js';
export { activations } from './activation.js';
export { maskBias } from './attentionMask.js';
export { type RecoverableBackend, recovering } from './recovery.js';

export const CLIPKernel = {
  LayerNorm: 'CLIPLayerNorm',
  Linear: 'CLIPLinear',
  Attention: 'CLIPAttention',
  MaskedAttention: 'CLIPMaskedAttention',
  PatchEmbedding: 'CLIPPatchEmbedding',
  TokenEmbedding: 'CLIPTokenEmbedding',
  NormalizedProjection: 'CLIPNormalizedProjection',
  Similarity: 'CLIPSimilarity',
  SimilaritySoftmax: 'CLIPSimilaritySoftmax',
  AdamW: 'CLIPAdamW',
} as const;

/** `x` [..., width], `gamma` and `beta` [width] → (x − mean) / √(variance + epsilon) · gamma + beta, shaped like `x`. */
export interface LayerNormInputs {
  x: Tensor;
  gamma: Tensor;
  beta: Tensor;
}
export interface LayerNormAttributes {
  epsilon: number;
}

/** `x` [..., in], `kernel` [in, out], `bias` [out], `residual` [..., out] → activation(x · kernel + bias) + residual. */
export interface LinearInputs {
  x: Tensor;
  kernel: Tensor;
  bias?: Tensor;
  residual?: Tensor;
}
export interface LinearAttributes {
  /** A name of HF's `hidden_act`, or null for none. */
  activation: Activation | null;
}

/**
 * Self-attention from the block's normalised input to the merged heads, before the output projection.
 * `x` [batch, sequence, width]; kernels [width, width], biases [width] → [batch, sequence, width].
 */
export interface AttentionInputs {
  x: Tensor;
  queryKernel: Tensor;
  queryBias: Tensor;
  keyKernel: Tensor;
  keyBias: Tensor;
  valueKernel: Tensor;
  valueBias: Tensor;
}
export interface AttentionAttributes {
  numHeads: number;
  causal: boolean;
}

/**
 * The same where not all keys may be seen: `keyMask` bool [batch, sequence], true where a key is real. A query that may
 * see no key at all attends all of them equally. A kernel of its own, because a gradient saves the same inputs always.
 */
export interface MaskedAttentionInputs extends AttentionInputs {
  keyMask: Tensor;
}

/**
 * `pixelValues` [batch, channels, height, width], `kernel` [patch, patch, channels, width], `classEmbedding` [width],
 * `positionEmbedding` [patches + 1, width] → [batch, patches + 1, width], the class token first.
 */
export interface PatchEmbeddingInputs {
  pixelValues: Tensor;
  kernel: Tensor;
  classEmbedding: Tensor;
  positionEmbedding: Tensor;
}

/** `ids` and `positions` int32 [batch | 1, sequence] → tokenTable[ids] + positionTable[positions], [batch, sequence, width]. */
export interface TokenEmbeddingInputs {
  ids: Tensor;
  positions: Tensor;
  tokenTable: Tensor;
  positionTable: Tensor;
}

/** `x` [batch, in], `kernel` [in, out] → rows of x · kernel divided by their L2 norm, [batch, out]. */
export interface NormalizedProjectionInputs {
  x: Tensor;
  kernel: Tensor;
}

/** `texts` [texts, width], `images` [images, width], `logitScale` [] → texts · imagesᵀ · exp(logitScale), [texts, images]. */
export interface SimilarityInputs {
  texts: Tensor;
  images: Tensor;
  logitScale: Tensor;
}

/** The same inputs → softmax(images · textsᵀ · exp(logitScale)) over the texts, [images, texts]. */
export type SimilaritySoftmaxInputs = SimilarityInputs;

/**
 * A step of the optimizer on one parameter: → the parameter and its moments afterwards, all shaped alike. Loshchilov & Hutter
 * 2019, algorithm 2:
 *
 *     m ← β₁ m + (1 − β₁) g    v ← β₂ v + (1 − β₂) g²
 *     θ ← decay · θ − rate / (1 − β₁ᵗ) · m / (√v / √(1 − β₂ᵗ) + ε)
 */
export interface AdamWInputs {
  parameter: Tensor;
  gradient: Tensor;
  first: Tensor;
  second: Tensor;
}
export interface AdamWAttributes {
  /** t, from 1. */
  step: number;
  rate: number;
  /** 1 for none. */
  decay: number;
  beta1: number;
  beta2: number;
  epsilon: number;
}
