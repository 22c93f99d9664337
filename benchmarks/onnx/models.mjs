// SPDX-License-Identifier: Apache-2.0
/** The ONNX models that are made of the towers: their inputs and outputs, under the names that transformers.js knows. */
import { FLOAT, Graph, INT64 } from './graph.mjs';
import { textTower, visionTower } from './towers.mjs';

/** `pixel_values` → `image_embeds`, not normalised. @param {import('tfjs-clip').CLIPConfig} config */
export async function visionModel({ visionConfig, projectionDim }, weights) {
  const graph = new Graph();
  const embeds = await visionTower(graph, visionConfig, weights, pixelInput(graph, visionConfig));
  graph.output(embeds, 'image_embeds', ['batch', projectionDim]);
  return graph.toBytes();
}

/** `input_ids`, all of them real → `text_embeds`, not normalised. */
export async function textModel({ textConfig, projectionDim }, weights) {
  const graph = new Graph();
  const ids = graph.input('input_ids', INT64, ['batch', 'sequence']);
  const embeds = await textTower(graph, textConfig, weights, ids, null);
  graph.output(embeds, 'text_embeds', ['batch', projectionDim]);
  return graph.toBytes();
}

/** CLIPModel: embeddings of length 1, and exp(logit_scale) times their products. */
export async function clipModel({ textConfig, visionConfig, projectionDim }, weights) {
  const graph = new Graph();
  const ids = graph.input('input_ids', INT64, ['texts', 'sequence']);
  const pixels = pixelInput(graph, visionConfig);
  const mask = graph.input('attention_mask', INT64, ['texts', 'sequence']);
  const texts = unitLength(graph, await textTower(graph, textConfig, weights, ids, mask));
  const images = unitLength(graph, await visionTower(graph, visionConfig, weights, pixels));
  const scale = graph.apply('Exp', [graph.constant(...(await weights.plain('logit_scale')))]);
  const columns = graph.apply('Transpose', [graph.apply('Mul', [texts, scale])], { perm: [1, 0] });
  const perImage = graph.apply('MatMul', [images, columns]);
  const perText = graph.apply('Transpose', [perImage], { perm: [1, 0] });
  graph.output(perImage, 'logits_per_image', ['batch', 'texts']);
  graph.output(perText, 'logits_per_text', ['texts', 'batch']);
  graph.output(texts, 'text_embeds', ['texts', projectionDim]);
  graph.output(images, 'image_embeds', ['batch', projectionDim]);
  return graph.toBytes();
}

function pixelInput(graph, { numChannels, imageSize }) {
  return graph.input('pixel_values', FLOAT, ['batch', numChannels, imageSize, imageSize]);
}

function unitLength(graph, embeds) {
  const length = graph.apply('ReduceL2', [embeds], { axes: [-1], keepdims: 1 });
  return graph.apply('Div', [embeds, length]);
}
