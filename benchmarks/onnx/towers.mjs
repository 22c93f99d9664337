// SPDX-License-Identifier: Apache-2.0
/**
 * CLIP's towers as ONNX graphs, of the nodes that exporting transformers' eager modules gives: attention is written out,
 * which onnxruntime fuses as it sees fit. Batch, and of texts the length, are the caller's to choose.
 */
import { FLOAT, Graph, INT32, INT64 } from './graph.mjs';

/** Adds to scores of keys that must not be seen: what transformers adds. */
const HIDDEN = -3.4028234663852886e38;

/**
 * `pixel_values` [batch, channels, size, size] → `image_embeds` [batch, projectionDim], not normalised.
 *
 * @param {import('tfjs-clip').CLIPVisionConfig} config
 * @param weights a Weights of weights.mjs
 */
export async function visionGraph(config, weights) {
  const { numChannels, imageSize, patchSize, gridSize, hiddenSize, layerNormEps } = config;
  const tower = new Tower(config, weights, 'vision_model');
  const { graph } = tower;
  const pixels = graph.input('pixel_values', FLOAT, ['batch', numChannels, imageSize, imageSize]);
  const kernel = await tower.weight('embeddings.patch_embedding.weight');
  const patches = graph.apply('Conv', [pixels, kernel], {
    kernel_shape: [patchSize, patchSize],
    strides: [patchSize, patchSize],
  });
  const columns = graph.apply('Reshape', [patches, graph.integers(0, hiddenSize, gridSize ** 2)]);
  const rows = graph.apply('Transpose', [columns], { perm: [0, 2, 1] });
  const batch = graph.apply('Shape', [pixels], { start: 0, end: 1 });
  const tokenShape = graph.apply('Concat', [batch, graph.integers(1, hiddenSize)], { axis: 0 });
  const token = graph.apply('Expand', [await tower.weight('embeddings.class_embedding'), tokenShape]);
  const tokens = graph.apply('Concat', [token, rows], { axis: 1 });
  const positions = await tower.weight('embeddings.position_embedding.weight');
  let states = graph.apply('Add', [tokens, positions]);
  states = await tower.layerNorm(states, 'pre_layrnorm', layerNormEps);
  states = await tower.encoder(states);
  const pooled = graph.apply('Gather', [states, graph.constant([], BigInt64Array.of(0n))], { axis: 1 });
  const normed = await tower.layerNorm(pooled, 'post_layernorm', layerNormEps);
  const [shape, values] = await weights.transposed('visual_projection.weight');
  const embeds = graph.apply('MatMul', [normed, graph.constant(shape, values)]);
  graph.output(embeds, 'image_embeds', ['batch', shape[1]]);
  return graph.toBytes();
}

/**
 * `input_ids` int64 [batch, sequence], all of them real → `text_embeds` [batch, projectionDim], not normalised.
 *
 * @param {import('tfjs-clip').CLIPTextConfig} config
 */
export async function textGraph(config, weights) {
  const { maxPositionEmbeddings: longest, eosTokenId, layerNormEps } = config;
  const tower = new Tower(config, weights, 'text_model');
  const { graph } = tower;
  const ids = graph.input('input_ids', INT64, ['batch', 'sequence']);
  const length = graph.apply('Shape', [ids], { start: 1, end: 2 });
  const table = await tower.weight('embeddings.token_embedding.weight');
  const tokens = graph.apply('Gather', [table, ids], { axis: 0 });
  const allPositions = await tower.weight('embeddings.position_embedding.weight');
  const start = graph.integers(0);
  const positions = graph.apply('Slice', [allPositions, start, length, graph.integers(0)]);
  const lengths = graph.apply('Concat', [length, length], { axis: 0 });
  const whole = graph.constant([longest, longest], causalMask(longest));
  const mask = graph.apply('Slice', [whole, graph.integers(0, 0), lengths, graph.integers(0, 1)]);
  let states = graph.apply('Add', [tokens, positions]);
  states = await tower.encoder(states, mask);
  const normed = await tower.layerNorm(states, 'final_layer_norm', layerNormEps);
  const isEnd = graph.apply('Equal', [ids, graph.integers(eosTokenId)]);
  const score = graph.apply('Cast', [eosTokenId === 2 ? ids : isEnd], { to: INT32 }); // 2: the largest id, by HF's old rule
  const end = graph.apply('ArgMax', [score], { axis: 1, keepdims: 1 });
  const pooled = graph.apply('GatherND', [normed, end], { batch_dims: 1 });
  const [shape, values] = await weights.transposed('text_projection.weight');
  const embeds = graph.apply('MatMul', [pooled, graph.constant(shape, values)]);
  graph.output(embeds, 'text_embeds', ['batch', shape[1]]);
  return graph.toBytes();
}

/** What both towers are made of. Paths are a checkpoint's. */
class Tower {
  graph = new Graph();

  constructor(config, weights, prefix) {
    Object.assign(this, { config, weights, prefix });
  }

  async weight(path) {
    return this.graph.constant(...(await this.weights.plain(`${this.prefix}.${path}`)));
  }

  async layerNorm(x, path, epsilon) {
    const inputs = [x, await this.weight(`${path}.weight`), await this.weight(`${path}.bias`)];
    return this.graph.apply('LayerNormalization', inputs, { axis: -1, epsilon: { float: epsilon } });
  }

  async linear(x, path) {
    const kernel = this.graph.constant(...(await this.weights.transposed(`${this.prefix}.${path}.weight`)));
    const product = this.graph.apply('MatMul', [x, kernel]);
    return this.graph.apply('Add', [product, await this.weight(`${path}.bias`)]);
  }

  async encoder(states, mask) {
    const { numHiddenLayers, layerNormEps } = this.config;
    let x = states;
    for (let i = 0; i < numHiddenLayers; i++) {
      const path = `encoder.layers.${i}`;
      const attended = await this.attention(
        await this.layerNorm(x, `${path}.layer_norm1`, layerNormEps),
        `${path}.self_attn`,
        mask,
      );
      x = this.graph.apply('Add', [x, attended]);
      const inner = await this.linear(
        await this.layerNorm(x, `${path}.layer_norm2`, layerNormEps),
        `${path}.mlp.fc1`,
      );
      x = this.graph.apply('Add', [x, await this.linear(this.activation(inner), `${path}.mlp.fc2`)]);
    }
    return x;
  }

  async attention(x, path, mask) {
    const { hiddenSize, numAttentionHeads: heads } = this.config;
    const size = hiddenSize / heads;
    const { graph } = this;
    const split = async (name, perm) => {
      const all = await this.linear(x, `${path}.${name}`);
      const reshaped = graph.apply('Reshape', [all, graph.integers(0, 0, heads, size)]);
      return graph.apply('Transpose', [reshaped], { perm });
    };
    const query = await split('q_proj', [0, 2, 1, 3]);
    const key = await split('k_proj', [0, 2, 3, 1]);
    const value = await split('v_proj', [0, 2, 1, 3]);
    const product = graph.apply('MatMul', [query, key]);
    const scaled = graph.apply('Mul', [product, graph.scalar(size ** -0.5)]);
    const scores = mask ? graph.apply('Add', [scaled, mask]) : scaled;
    const probabilities = graph.apply('Softmax', [scores], { axis: 3 });
    const heard = graph.apply('Transpose', [graph.apply('MatMul', [probabilities, value])], {
      perm: [0, 2, 1, 3],
    });
    return this.linear(graph.apply('Reshape', [heard, graph.integers(0, 0, hiddenSize)]), `${path}.out_proj`);
  }

  activation(x) {
    const { graph } = this;
    if (this.config.hiddenAct === 'quick_gelu') {
      const scaled = graph.apply('Mul', [x, graph.scalar(1.702)]);
      return graph.apply('Mul', [x, graph.apply('Sigmoid', [scaled])]);
    }
    if (this.config.hiddenAct !== 'gelu') throw new Error(`No ONNX nodes for ${this.config.hiddenAct} here.`);
    const erf = graph.apply('Erf', [graph.apply('Mul', [x, graph.scalar(Math.SQRT1_2)])]);
    const half = graph.apply('Mul', [x, graph.scalar(0.5)]);
    return graph.apply('Mul', [half, graph.apply('Add', [erf, graph.scalar(1)])]);
  }
}

function causalMask(length) {
  return Float32Array.from({ length: length ** 2 }, (_, i) =>
    i % length > Math.floor(i / length) ? HIDDEN : 0,
  );
}
