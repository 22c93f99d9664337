// SPDX-License-Identifier: Apache-2.0
/**
 * CLIP's towers as ONNX graphs, of the nodes that exporting transformers' eager modules gives: attention is written out,
 * which onnxruntime fuses as it sees fit. Batch, and of texts the length, are the caller's to choose.
 */
import { FLOAT, INT32 } from './graph.mjs';

/** Adds to scores of keys that must not be seen: what transformers adds. */
const HIDDEN = -3.4028234663852886e38;

/**
 * pixels [batch, channels, size, size] → embeddings [batch, projectionDim], not normalised.
 *
 * @param {import('tfjs-clip').CLIPVisionConfig} config
 * @param weights a Weights of weights.mjs
 */
export async function visionTower(graph, config, weights, pixels) {
  const { patchSize, gridSize, hiddenSize, layerNormEps } = config;
  const tower = new Tower(graph, config, weights, 'vision_model');
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
  return graph.apply('MatMul', [
    normed,
    graph.constant(...(await weights.transposed('visual_projection.weight'))),
  ]);
}

/**
 * ids int64 [batch, sequence] and attentionMask likewise, or null where all are real → embeddings [batch, projectionDim], not
 * normalised.
 *
 * @param {import('tfjs-clip').CLIPTextConfig} config
 */
export async function textTower(graph, config, weights, ids, attentionMask) {
  const { eosTokenId, layerNormEps } = config;
  const tower = new Tower(graph, config, weights, 'text_model');
  const length = graph.apply('Shape', [ids], { start: 1, end: 2 });
  const table = await tower.weight('embeddings.token_embedding.weight');
  const tokens = graph.apply('Gather', [table, ids], { axis: 0 });
  const allPositions = await tower.weight('embeddings.position_embedding.weight');
  const start = graph.integers(0);
  const positions = graph.apply('Slice', [allPositions, start, length, graph.integers(0)]);
  let states = graph.apply('Add', [tokens, positions]);
  states = await tower.encoder(states, textMask(graph, config, length, attentionMask));
  const normed = await tower.layerNorm(states, 'final_layer_norm', layerNormEps);
  const isEnd = graph.apply('Equal', [ids, graph.integers(eosTokenId)]);
  const score = graph.apply('Cast', [eosTokenId === 2 ? ids : isEnd], { to: INT32 }); // 2: the largest id, by HF's old rule
  const end = graph.apply('ArgMax', [score], { axis: 1, keepdims: 1 });
  const pooled = graph.apply('GatherND', [normed, end], { batch_dims: 1 });
  return graph.apply('MatMul', [
    pooled,
    graph.constant(...(await weights.transposed('text_projection.weight'))),
  ]);
}

/** What scores [batch, heads, queries, keys] are added: causal, and where there is a mask for real keys only. */
function textMask(graph, { maxPositionEmbeddings: longest }, length, attentionMask) {
  const lengths = graph.apply('Concat', [length, length], { axis: 0 });
  const whole = graph.constant([longest, longest], causalMask(longest));
  const causal = graph.apply('Slice', [whole, graph.integers(0, 0), lengths, graph.integers(0, 1)]);
  if (!attentionMask) return causal;
  const isReal = graph.apply('Cast', [attentionMask], { to: FLOAT });
  const isPadding = graph.apply('Sub', [graph.scalar(1), isReal]);
  const hidden = graph.apply('Mul', [isPadding, graph.scalar(HIDDEN)]);
  const ofKeys = graph.apply('Unsqueeze', [hidden, graph.integers(1, 2)]);
  return graph.apply('Min', [causal, ofKeys]);
}

/** What both towers are made of. Paths are a checkpoint's. */
class Tower {
  constructor(graph, config, weights, prefix) {
    Object.assign(this, { graph, config, weights, prefix });
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
